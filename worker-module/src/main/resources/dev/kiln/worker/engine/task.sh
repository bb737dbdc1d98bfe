# Within the sandbox, before run.sh: $1 user or nothing, $2 directory, $3 script.
cd "$2" 2> /dev/null || { echo "kiln: the image has no directory $2"; exit 1; }
case $3 in
'#!'*)
    # A file of its own, so that the first line chooses the program; in /run, which is not part of the image.
    /run/kiln/busybox printf '%s\n' "$3" > /run/kiln-task
    /run/kiln/busybox chmod 755 /run/kiln-task
    set -- "$1" /run/kiln-task
    ;;
*) set -- "$1" "$3" ;;
esac
