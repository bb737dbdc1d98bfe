# Asks this machine's rpm what is installed in the image in /image. The database is as untrusted as the image, so rpm
# runs as nobody and can write only to a copy of it. $1 the most bytes that the copy may have.
set -eu
umask 0
database=
for directory in usr/lib/sysimage/rpm var/lib/rpm; do
    # From here a link would lead to this machine's own files.
    path=/image
    for name in $(echo "$directory" | tr / ' '); do
        path=$path/$name
        [ ! -L "$path" ] || continue 2
    done
    for name in rpmdb.sqlite Packages.db Packages; do
        [ -n "$database" ] || [ -L "$path/$name" ] || [ ! -f "$path/$name" ] || database=$path/$name
    done
done
[ -n "$database" ] || exit 0
case ${database##*/} in
rpmdb.sqlite) backend=sqlite ;;
Packages.db) backend=ndb ;;
*) backend=bdb_ro ;;
esac
mkdir /tmp/rpm
left=$1
# The last writes to an SQLite database that was not closed are in the second file.
for file in "$database" "$database-wal"; do
    [ -f "$file" ] && [ ! -L "$file" ] || continue
    left=$((left - $(stat -c %s "$file")))
    [ "$left" -ge 0 ] || { echo "error: it has more than $1 bytes" >&2; exit 1; }
    cat "$file" > "/tmp/rpm/${file##*/}"
done
cd /tmp/rpm
exec setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all -- \
    rpm --dbpath=/tmp/rpm "--define=_db_backend $backend" --nodigest --nosignature -qa \
    --qf '%{NAME}\t%|EPOCH?{%{EPOCH}:}:{}|%{VERSION}-%{RELEASE}\t%{ARCH}\n'
