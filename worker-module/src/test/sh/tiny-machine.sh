#!/bin/sh
# Makes the smallest root file system that a machine can boot: the distribution's kernel for virtual machines, an
# initramfs that mounts the root file system, and busybox as its init. $1 directory; the archive is its file tiny.tar.
set -eu
mkdir -p "$1"
cd "$1"
[ ! -e tiny.tar ] || exit 0

# What the package of that name stands for, which carries the version in its name.
kernel_package() {
    for name in linux-image-cloud-amd64 linux-image-virtual; do
        apt-cache depends "$name" 2> /dev/null | sed -n 's/^ *Depends: \(linux-image-[0-9].*\)$/\1/p'
    done | head -n 1
}
package=$(kernel_package)
if [ -z "$package" ] || ! apt-get download -q "$package" > apt.log 2>&1; then
    apt-get update -q > apt.log 2>&1
    package=$(kernel_package)
    apt-get download -q "$package" >> apt.log 2>&1 || { cat apt.log; exit 1; }
fi
rm -rf package initramfs root
dpkg-deb -x "$package"*.deb package
rm "$package"*.deb
version=${package#linux-image-}

mkdir -p initramfs/bin initramfs/modules initramfs/dev initramfs/proc initramfs/sys initramfs/root
cp "$(command -v busybox)" initramfs/bin/busybox
ln -s busybox initramfs/bin/sh
# In the order in which they need each other; other kernels have them built in.
modules='virtio_ring virtio virtio_pci_modern_dev virtio_pci_legacy_dev virtio_pci virtio_blk virtio_console failover net_failover virtio_net'
for module in $modules; do
    find package -name "$module.ko" -exec cp {} initramfs/modules/ \;
done
cat > initramfs/init << END
#!/bin/sh
tools=/bin/busybox
\$tools mount -t proc proc /proc
\$tools mount -t sysfs sys /sys
\$tools mount -t devtmpfs dev /dev
for module in $modules; do
    [ ! -e /modules/\$module.ko ] || \$tools insmod /modules/\$module.ko
done
for word in \$(\$tools cat /proc/cmdline); do
    case \$word in
    root=*) wanted=\${word#root=} ;;
    esac
done
until device=\$(\$tools findfs "\$wanted"); do
    \$tools sleep 0.1
done
\$tools mount -t ext4 "\$device" /root
\$tools mount --move /dev /root/dev
exec \$tools switch_root /root /sbin/init
END
chmod 755 initramfs/init
(cd initramfs && find . | LC_ALL=C sort | busybox cpio -o -H newc 2> /dev/null) | gzip -n > initramfs.gz

mkdir -p root/bin root/sbin root/boot root/dev root/etc root/proc root/root root/run root/sys root/tmp root/var
chmod 1777 root/tmp
cp "$(command -v busybox)" root/bin/busybox
for applet in sh cat echo grep id ls rm sleep test true; do
    ln -s busybox "root/bin/$applet"
done
ln -s ../bin/busybox root/sbin/init
cp "package/boot/vmlinuz-$version" root/boot/
cp initramfs.gz "root/boot/initrd.img-$version"
printf 'root:x:0:0::/root:/bin/sh\napp:x:1000:1000::/:/bin/sh\n' > root/etc/passwd
printf 'root:x:0:\napp:x:1000:\n' > root/etc/group
for mount in 'proc proc /proc' 'sysfs sys /sys' 'tmpfs tmpfs /run' 'tmpfs tmpfs /tmp'; do
    echo "::sysinit:/bin/busybox mount -t $mount"
done > root/etc/inittab
tar --create --directory=root --sort=name --numeric-owner --owner=0 --group=0 --mtime=@1700000000 --file=new.tar .
mv new.tar tiny.tar
rm -rf package initramfs initramfs.gz root
