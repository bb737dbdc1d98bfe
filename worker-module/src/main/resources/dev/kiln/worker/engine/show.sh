# Within a sandbox: has a FUSE server show the file system in the disk $2 on $3, with the options $1, and becomes the
# command line that follows, with which the server ends. Nothing in it changes, so the kernel asks only once for each
# name. FUSE 3 does what use_ino asks for by default, and refuses the option.
asked=no_default_opts,kernel_cache,attr_timeout=86400,entry_timeout=86400
fuse2fs -s -o "$1,$asked,use_ino" "$2" "$3" > /dev/null 2>&1 || fuse2fs -s -o "$1,$asked" "$2" "$3" >&2 || exit 123
shift 3
exec "$@"
