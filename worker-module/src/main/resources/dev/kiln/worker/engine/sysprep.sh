# Within the sandbox, at the end of a build on a disk: removes what belongs to one machine. $@ which parts.
tools=/run/kiln/busybox
set -e
for what in "$@"; do
    case $what in
    machine-id)
        # Empty, not missing: this marks the next boot as the first one.
        [ ! -f /etc/machine-id ] || : > /etc/machine-id
        [ -L /var/lib/dbus/machine-id ] || $tools rm -f /var/lib/dbus/machine-id
        ;;
    ssh-host-keys) $tools rm -f /etc/ssh/ssh_host_*_key /etc/ssh/ssh_host_*_key.pub ;;
    cloud-init)
        for file in /var/lib/cloud/*; do
            # An image can have its own settings there.
            [ "$file" = /var/lib/cloud/seed ] || $tools rm -rf "$file"
        done
        ;;
    logs)
        if [ -d /var/log ]; then
            $tools rm -rf /var/log/journal/*
            $tools find /var/log -type f \( -name '*.gz' -o -name '*.xz' -o -name '*.old' -o -name '*.[0-9]' \) \
                -exec $tools rm -f {} +
            $tools find /var/log -type f -size +0 -exec $tools truncate -s 0 {} +
        fi
        ;;
    apt-lists)
        $tools rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/*.deb /var/cache/apt/pkgcache.bin \
            /var/cache/apt/srcpkgcache.bin
        ;;
    random-seed) $tools rm -f /var/lib/systemd/random-seed /var/lib/urandom/random-seed ;;
    esac
done
