# Joins the control groups $3, measures the layer $2 of the scratch directory $1 and becomes the command line that
# follows. Uses the system's du: busybox's goes by whole paths, and does not count what lies deeper than a path can be
# long.
cd "$1" || exit 124
for group in $3; do echo 0 > "$group" || exit 124; done
/usr/bin/du -sk "$2" > usage.packed && /usr/bin/du -s --inodes "$2" > entries.packed || exit 123
shift 3
exec "$@"
