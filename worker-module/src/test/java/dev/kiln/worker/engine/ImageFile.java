package dev.kiln.worker.engine;

import dev.kiln.image.Digest;
import dev.kiln.image.ImageForm;
import dev.kiln.image.ImageMetadata;
import dev.kiln.image.archive.ByteSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files as images that builds and tests start from. */
final class ImageFile {

    private ImageFile() {}

    /** Of a disk it is not said how large it is as a machine sees it; the file's own size stands for that. */
    static BuildRequest.BaseImage of(Path file, ImageForm.Kind kind) throws IOException {
        ByteSource source = offset -> {
            InputStream in = Files.newInputStream(file);
            in.skipNBytes(offset);
            return in;
        };
        var form = kind == ImageForm.Kind.ARCHIVE ? ImageForm.ARCHIVE : new ImageForm(kind, Files.size(file));
        return new BuildRequest.BaseImage(Digest.of(file), source, form, ImageMetadata.EMPTY);
    }
}
