# Within a sandbox: has a server of FUSE show the file system in the disk $2 on $3, with the options $1, and becomes the
# command line behind them, with whose end the server ends. Nothing of it changes, so the kernel asks once for each name.
# FUSE 3 does by itself what use_ino asks for, and refuses the word.
asked=no_default_opts,kernel_cache,attr_timeout=86400,entry_timeout=86400
fuse2fs -s -o "$1,$asked,use_ino" "$2" "$3" > /dev/null 2>&1 || fuse2fs -s -o "$1,$asked" "$2" "$3" >&2 || exit 123
shift 3
exec "$@"
