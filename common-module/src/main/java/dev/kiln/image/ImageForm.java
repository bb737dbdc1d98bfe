package dev.kiln.image;

/**
 * What the bytes of an image are.
 *
 * @param diskBytes size of the disk as a machine sees it; 0 for an archive
 */
public record ImageForm(Kind kind, long diskBytes) {

    /** An archive of a root file system. */
    public static final ImageForm ARCHIVE = new ImageForm(Kind.ARCHIVE, 0);

    /** The kinds of bytes; the database repeats the names. */
    public enum Kind {
        /** A root file system as tar or OCI archive. */
        ARCHIVE(""),
        RAW("raw"),
        QCOW2("qcow2"),
        VHD("vpc"),
        VMDK("vmdk");

        private final String driver;

        Kind(String driver) {
            this.driver = driver;
        }

        /** QEMU's name for the disk's format. */
        public String driver() {
            return driver;
        }
    }

    public ImageForm {
        if ((kind == Kind.ARCHIVE) != (diskBytes == 0) || diskBytes < 0) {
            throw new IllegalArgumentException(kind + " of " + diskBytes + " bytes");
        }
    }

    public boolean isDisk() {
        return kind != Kind.ARCHIVE;
    }
}
