# Within a sandbox with this machine's programs and the directory /machine: runs Packer on the file $1 of
# /machine/context as nobody, who can reach nothing else. The first line of the input is a script in Base64 that sets
# variables which must be in no command line and no file; the end of the input tells Packer to stop and to undo what it
# made.
set -eu
chown -R --no-dereference 65534:65534 /machine/context /machine/home
cd /machine/context
export HOME=/machine/home TMPDIR=/machine/home/tmp PACKER_CACHE_DIR=/machine/home/cache PACKER_CONFIG_DIR=/machine/home
export CHECKPOINT_DISABLE=1 PACKER_NO_COLOR=1
IFS= read -r script || exit 124
exec 7<&0
# Set only as nobody: a loader or a shell could obey some of them.
printf '%s\n' "$script" | setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all --bounding-set=-all \
    --no-new-privs -- sh -c 'IFS= read -r script
eval "$(printf %s "$script" | base64 -d)"
exec packer build -machine-readable -color=false "$1" < /dev/null 7<&-' kiln "$1" &
packer=$!
{ cat <&7 > /dev/null; kill -TERM "$packer"; } > /dev/null 2>&1 &
status=0
wait "$packer" || status=$?
exit "$status"
