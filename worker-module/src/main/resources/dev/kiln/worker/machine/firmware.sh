# Within the sandbox of copy.sh and after prepare.sh: writes to /machine/firmware what boots the disk, and gives
# everything there to the user $1, who runs the machine. If something is wrong with the disk, standard error says
# what, and the exit status is 3.
set -eu
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
cd /machine

if sfdisk --dump disk | grep -qiE 'type=21686148-6449-6E6F-744E-656564454649|bootable|label: dos'; then
    echo bios > firmware
else
    for name in OVMF_CODE_4M OVMF_CODE; do
        if [ ! -e code.fd ] && [ -e "/usr/share/OVMF/$name.fd" ]; then
            cp "/usr/share/OVMF/$name.fd" code.fd
            cp "/usr/share/OVMF/$(echo "$name" | sed s/CODE/VARS/).fd" vars.fd
        fi
    done
    [ -e code.fd ] || {
        echo "the disk boots by UEFI alone, and the package ovmf is not installed where it was tested" >&2
        exit 3
    }
    echo uefi > firmware
fi
chown -R "$1:$1" .
