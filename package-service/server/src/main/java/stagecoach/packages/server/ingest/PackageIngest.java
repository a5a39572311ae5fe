package stagecoach.packages.server.ingest;

import static stagecoach.packages.server.ingest.Refusal.Code.EMPTY;
import static stagecoach.packages.server.ingest.Refusal.Code.OTHER_PACKAGE;
import static stagecoach.packages.server.ingest.Refusal.Code.PACKAGE_TOO_LARGE;
import static stagecoach.packages.server.ingest.Refusal.Code.UPLOAD_BROKEN;
import static stagecoach.packages.server.ingest.Refusal.Code.VERSION_EXISTS;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Instant;
import java.util.NoSuchElementException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.function.LongFunction;
import stagecoach.packages.server.blob.BlobDraft;
import stagecoach.packages.server.blob.BlobStore;
import stagecoach.packages.server.index.AddOutcome;
import stagecoach.packages.server.index.PackageEntry;
import stagecoach.packages.server.index.PackageIndex;
import stagecoach.vocabulary.packages.PackagePin;

/**
 * Takes packages into a feed: first the bytes, then the name, so that whatever is named can be
 * downloaded. Uploads of different packages do not wait for each other, and take the same little
 * memory whatever their size.
 */
public final class PackageIngest {

    private final BlobStore blobs;
    private final PackageIndex index;
    private final IngestLimits limits;
    private final ArchiveGuard guard;
    private final LongFunction<Executor> inspecting;

    /** One whose uploads inspect their packages themselves. */
    public PackageIngest(BlobStore blobs, PackageIndex index, IngestLimits limits) {
        this(blobs, index, limits, _ -> Runnable::run);
    }

    /**
     * One whose packages are inspected by others.
     *
     * @param inspecting on what a package of so many bytes is inspected: it takes a processor's
     *     whole time, minutes for a large one, so no virtual thread should do it
     */
    public PackageIngest(
            BlobStore blobs,
            PackageIndex index,
            IngestLimits limits,
            LongFunction<Executor> inspecting) {
        this.blobs = blobs;
        this.index = index;
        this.limits = limits;
        this.guard = new ArchiveGuard(limits.archive());
        this.inspecting = inspecting;
    }

    /**
     * Takes in a package from its bytes. What follows its end in the stream, or the rest of one
     * that is refused, is left unread; closing the stream is the caller's.
     *
     * @param at when it is published
     * @throws IOException if the sender goes away or the storage fails; then nothing was taken in
     */
    public Ingestion upload(InputStream content, Instant at) throws IOException {
        try (var draft = blobs.draft()) {
            receive(content, draft);
            var digest = draft.seal();
            var nuspec = inspected(draft);
            var pin = new PackagePin(nuspec.id(), nuspec.version(), digest, draft.size());
            return take(draft, entry(pin, nuspec, at));
        } catch (UploadBrokenException broken) {
            return refused(new PackageRefusedException(UPLOAD_BROKEN, sentence(broken), broken));
        } catch (PackageRefusedException refusal) {
            return refused(refusal);
        }
    }

    private Nuspec inspected(BlobDraft draft) throws IOException, PackageRefusedException {
        var inspection = new FutureTask<Nuspec>(() -> guard.inspect(draft.open()));
        inspecting.apply(draft.size()).execute(inspection);
        try {
            return inspection.get();
        } catch (InterruptedException e) {
            inspection.cancel(true);
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("The inspection of a package was interrupted.");
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case PackageRefusedException refused -> throw refused;
                case IOException failed -> throw failed;
                case null, default -> throw new IllegalStateException(e.getCause());
            }
        }
    }

    /**
     * Names a package whose verified bytes came another way: the nuspec inside must name the pin's
     * id and version. Bytes that are refused stay in the store, for the caller to delete.
     *
     * @param at when it is published
     * @throws NoSuchElementException if the store does not hold the bytes
     * @throws IOException if the storage fails; then it was not named
     */
    public Ingestion adopt(PackagePin pin, Instant at) throws IOException {
        var bytes =
                blobs.open(pin.sha512())
                        .orElseThrow(
                                () ->
                                        new NoSuchElementException(
                                                "The bytes of "
                                                        + pin.id()
                                                        + " "
                                                        + pin.version()
                                                        + " are not in the store."));
        try (bytes) {
            if (bytes.size() != pin.size()) {
                throw other(pin, "has " + bytes.size() + " bytes instead of " + pin.size());
            }
            var nuspec = NuspecReader.read(guard.nuspec(bytes));
            if (!nuspec.id().equals(pin.id()) || !nuspec.version().equals(pin.version())) {
                throw other(pin, "names itself " + nuspec.id() + " " + nuspec.version());
            }
            PackageEntry entry = entry(pin, nuspec, at);
            return ingestion(entry, index.add(entry));
        } catch (PackageRefusedException refusal) {
            return refused(refusal);
        }
    }

    private Ingestion take(BlobDraft draft, PackageEntry entry) throws IOException {
        // Before the index holds a lock for us: gigabytes may take their time.
        draft.flush();
        return ingestion(entry, index.add(entry, new Drafted(blobs, draft)));
    }

    /** The bytes of an upload; they are put into the store at most once. */
    private static final class Drafted implements PackageIndex.Bytes {
        private final BlobStore blobs;
        private final BlobDraft draft;
        private boolean kept;

        Drafted(BlobStore blobs, BlobDraft draft) {
            this.blobs = blobs;
            this.draft = draft;
        }

        @Override
        public boolean held() throws IOException {
            return blobs.has(draft.seal());
        }

        @Override
        public void keep() throws IOException {
            if (!kept) {
                draft.keep();
                kept = true;
            } else if (!held()) {
                throw new IOException("The bytes went while the package was being named.");
            }
        }
    }

    private void receive(InputStream content, BlobDraft draft)
            throws IOException, PackageRefusedException {
        draft.writeAll(content, limits.packageBytesMax());
        if (draft.size() == 0) {
            throw new PackageRefusedException(EMPTY, "The upload has no bytes. Send a .nupkg.");
        }
        if (draft.size() == limits.packageBytesMax() && content.read() >= 0) {
            throw new PackageRefusedException(
                    PACKAGE_TOO_LARGE,
                    "The package is larger than the "
                            + limits.packageBytesMax()
                            + " bytes that this server takes.");
        }
    }

    private static Ingestion ingestion(PackageEntry entry, AddOutcome outcome) {
        return switch (outcome) {
            case AddOutcome.Added(var added) -> new Ingestion.Added(added);
            case AddOutcome.SameBytes(var present) -> new Ingestion.Repeated(present);
            case AddOutcome.OtherBytes(var present) -> taken(entry.pin(), present);
        };
    }

    private static Ingestion taken(PackagePin pin, PackageEntry present) {
        if (present.pin().sha512().equals(pin.sha512())) {
            return new Ingestion.Repeated(present);
        }
        return new Ingestion.Refused(
                new Refusal(
                        VERSION_EXISTS,
                        "Package "
                                + present.pin().id()
                                + " "
                                + present.pin().version()
                                + " exists with other content, and a package never changes. Push"
                                + " this one under a new version."));
    }

    private static PackageEntry entry(PackagePin pin, Nuspec nuspec, Instant at) {
        return new PackageEntry(
                pin, at, true, nuspec.authors(), nuspec.description(), nuspec.details());
    }

    private static PackageRefusedException other(PackagePin pin, String how) {
        return new PackageRefusedException(
                OTHER_PACKAGE,
                "What ought to be package " + pin.id() + " " + pin.version() + " " + how + ".");
    }

    private static Ingestion refused(PackageRefusedException refusal) {
        return new Ingestion.Refused(refusal.refusal());
    }

    private static String sentence(UploadBrokenException broken) {
        var message = broken.getMessage();
        return message == null ? "The upload is broken." : message;
    }
}
