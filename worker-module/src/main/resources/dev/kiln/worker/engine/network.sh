# Makes a build's own network, for what is run by "nsenter --net=net". slirp4netns makes its connections, as an ordinary
# program of this machine that reaches no loopback address, and a filter refuses what the file "rules" closes. Nothing
# in the sandbox can change that. If it fails nothing is run, and the file "network-log" says why.
own_network() {
    : > net
    : > network-log
    {
        unshare --net=net true && nsenter --net=net nft -f rules &&
            # It reports when it is ready, and closes that pipe.
            ready=$(slirp4netns --configure --disable-host-loopback --enable-sandbox --enable-seccomp \
                --cidr=198.18.0.0/24 --mtu=65520 --netns-type=path --ready-fd=3 "$(pwd -P)/net" tap0 \
                3>&1 >> network-log 2>&1 < /dev/null &) &&
            [ -n "$ready" ]
    } >> network-log 2>&1 < /dev/null || exit 125
}
