# Packs the package databases of the image in /image, under their own names. find enters only the directories named
# here, and follows no link.
set -eu
cd /image
find . -mindepth 1 \( -type d \( -path ./var -o -path ./var/lib -o -path ./var/lib/dpkg -o -path ./var/lib/dpkg/status.d \
    -o -path ./var/lib/rpm -o -path ./lib -o -path ./lib/apk -o -path ./lib/apk/db -o -path ./usr -o -path ./usr/lib \
    -o -path ./usr/lib/apk -o -path ./usr/lib/apk/db -o -path ./usr/lib/sysimage -o -path ./usr/lib/sysimage/rpm \) \
    -o -type f \( -path ./var/lib/dpkg/status -o -path './var/lib/dpkg/status.d/*' -o -path './*/apk/db/installed' \
    -o -path './*/rpm/rpmdb.sqlite' -o -path './*/rpm/Packages.db' -o -path './*/rpm/Packages' \) -print0 -o -prune \) |
    tar --create --null --verbatim-files-from --no-recursion --files-from=- --format=posix
