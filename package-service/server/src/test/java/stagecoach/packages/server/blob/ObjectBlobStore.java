package stagecoach.packages.server.blob;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import stagecoach.vocabulary.packages.Sha512;

/**
 * Blobs as objects: a draft is an object under a name of its own, and keeping it a copy of it under
 * the name of its digest.
 */
public final class ObjectBlobStore implements BlobStore {
    private static final String BLOBS = "blobs/";
    private static final int PART_BYTES = 1 << 18;

    private final ObjectsInMemory objects;

    /** The one that keeps its blobs there. */
    public ObjectBlobStore(ObjectsInMemory objects) {
        this.objects = objects;
    }

    static String key(Sha512 digest) {
        return BLOBS + digest.hex();
    }

    @Override
    public boolean has(Sha512 digest) {
        return objects.head(key(digest)).isPresent();
    }

    @Override
    public OptionalLong size(Sha512 digest) {
        return objects.head(key(digest)).stream().mapToLong(ObjectsInMemory.Head::size).findFirst();
    }

    @Override
    public Optional<SeekableByteChannel> open(Sha512 digest) {
        return channel(key(digest));
    }

    private Optional<SeekableByteChannel> channel(String key) {
        return objects.head(key).map(head -> new ObjectChannel(objects, key, head));
    }

    @Override
    public BlobDraft draft() {
        return new Draft("drafts/" + UUID.randomUUID());
    }

    @Override
    public boolean delete(Sha512 digest) {
        boolean was = has(digest);
        objects.delete(key(digest));
        return was;
    }

    @Override
    public Stream<Sha512> list() {
        return objects.list(BLOBS).stream().map(key -> new Sha512(key.substring(BLOBS.length())));
    }

    /** An upload; its last part may be a small one. */
    private final class Draft implements BlobDraft {
        private final String key;
        private final String upload;
        private final MessageDigest hasher = Sha512.hasher();
        private final ByteArrayOutputStream part = new ByteArrayOutputStream();
        private @Nullable Sha512 sealed;
        private long size;

        Draft(String key) {
            this.key = key;
            this.upload = objects.begin(key);
        }

        @Override
        public long size() {
            return size;
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            if (sealed != null) {
                throw new IllegalStateException("The draft is sealed.");
            }
            hasher.update(bytes, from, length);
            part.write(bytes, from, length);
            size += length;
            if (part.size() >= PART_BYTES) {
                send();
            }
        }

        private void send() throws IOException {
            objects.part(upload, part.toByteArray());
            part.reset();
        }

        @Override
        public Sha512 seal() throws IOException {
            @Nullable Sha512 known = sealed;
            if (known == null) {
                send();
                objects.complete(upload);
                known = Sha512.finish(hasher);
                sealed = known;
            }
            return known;
        }

        @Override
        public SeekableByteChannel open() throws IOException {
            if (sealed == null) {
                throw new IllegalStateException("The draft is still being written.");
            }
            return channel(key).orElseThrow(() -> new IOException("The draft is gone."));
        }

        /** Whole parts are there since they were sent, and no part is too small to wait for. */
        @Override
        public void flush() {}

        @Override
        public void keep() throws IOException {
            objects.copy(key, ObjectBlobStore.key(seal()));
        }

        @Override
        public void close() {
            if (sealed == null) {
                objects.abort(upload);
            } else {
                objects.delete(key);
            }
        }
    }
}
