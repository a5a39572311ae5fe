package stagecoach.packages.server.blob;

import java.io.IOException;

/** The disk that blobs lie on. */
public interface BlobDisk {

    /** How full it is. */
    DiskRoom room() throws IOException;
}
