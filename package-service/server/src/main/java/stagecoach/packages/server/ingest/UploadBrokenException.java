package stagecoach.packages.server.ingest;

import java.io.IOException;

/** What a sender sends is wrong in form, or ended before its end; its message may be shown. */
public final class UploadBrokenException extends IOException {

    public UploadBrokenException(String sentence) {
        super(sentence);
    }
}
