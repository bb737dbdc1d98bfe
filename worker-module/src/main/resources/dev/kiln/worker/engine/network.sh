# Makes a network of a build's own, for what is run by "nsenter --net=net": slirp4netns makes its connections, as an ordinary
# program of this machine that reaches no loopback address. What the file "routes" closes is closed by the network's own
# routes, and nothing in the sandbox may change them. $1 the static busybox. Where that fails, nothing is run.
own_network() {
    : > net
    unshare --net=net true 2> network-log || no_network
    # It says when it is ready, and closes that pipe.
    ready=$(slirp4netns --configure --disable-host-loopback --enable-sandbox --enable-seccomp --cidr=198.18.0.0/24 \
        --mtu=65520 --netns-type=path --ready-fd=3 "$(pwd -P)/net" tap0 3>&1 > network-log 2>&1 < /dev/null &)
    [ -n "$ready" ] || no_network
    nsenter --net=net "$1" sh -c 'while read -r route; do ip route replace $route || exit 1; done' \
        < routes 2> network-log || no_network
    # Moved there: a command before may still read the other.
    { grep -E '^(search|domain|options)' /etc/resolv.conf || true; echo "nameserver 198.18.0.3"; } > resolv.new
    mv resolv.new resolv.conf
}

no_network() {
    echo "making the build's network failed: $(cat network-log)" > trouble
    exit 125
}
