package stagecoach.packages.server.blob;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * An object storage with no more than such storages have: an object comes in parts, is there only
 * when it is whole, and then never grows and has one name for ever. Ranges of it can be read, on
 * condition that it is still the one that was seen.
 */
public final class ObjectsInMemory {
    private final Map<String, Stored> objects = new ConcurrentHashMap<>();
    private final Map<String, Upload> uploads = new ConcurrentHashMap<>();
    private final AtomicLong numbers = new AtomicLong();

    private static final class Stored {
        private final String tag;
        private final byte[] content;

        private Stored(String tag, byte[] content) {
            this.tag = tag;
            this.content = content;
        }

        private String tag() {
            return tag;
        }

        private byte[] content() {
            return content;
        }
    }

    private record Upload(String key, ByteArrayOutputStream parts) {}

    /**
     * What is told of an object without reading it.
     *
     * @param tag which no other object has, nor this one's successor under its key
     */
    public record Head(String tag, long size) {}

    private String number() {
        return Long.toString(numbers.incrementAndGet());
    }

    /** Begins an object; its parts come under the name that this gives. */
    public String begin(String key) {
        String upload = number();
        uploads.put(upload, new Upload(key, new ByteArrayOutputStream()));
        return upload;
    }

    /** Takes its next part. */
    public void part(String upload, byte[] bytes) throws IOException {
        open(upload).parts().writeBytes(bytes);
    }

    /** Makes one object of the parts, in the place of any that was there. */
    public void complete(String upload) throws IOException {
        Upload whole = open(upload);
        objects.put(whole.key(), new Stored(number(), whole.parts().toByteArray()));
        uploads.remove(upload);
    }

    /** Forgets the parts. */
    public void abort(String upload) {
        uploads.remove(upload);
    }

    private Upload open(String upload) throws IOException {
        return Optional.ofNullable(uploads.get(upload))
                .orElseThrow(() -> new IOException("404: no such upload"));
    }

    /** What there is of a name. */
    public Optional<Head> head(String key) {
        return Optional.ofNullable(objects.get(key))
                .map(stored -> new Head(stored.tag(), stored.content().length));
    }

    /** Reads a range of the object that has this tag. */
    public byte[] get(String key, String tag, long from, int length) throws IOException {
        Stored stored =
                Optional.ofNullable(objects.get(key))
                        .orElseThrow(() -> new IOException("404: no such object"));
        if (!stored.tag().equals(tag)) {
            throw new IOException("412: it is another object now");
        }
        int begin = Math.toIntExact(from);
        return Arrays.copyOfRange(
                stored.content(), begin, Math.min(begin + length, stored.content().length));
    }

    /** Makes another object of the same bytes. */
    public void copy(String from, String to) throws IOException {
        Stored stored =
                Optional.ofNullable(objects.get(from))
                        .orElseThrow(() -> new IOException("404: no such object"));
        objects.put(to, new Stored(number(), stored.content()));
    }

    /** Removes an object, if it is there: it does not say. */
    public void delete(String key) {
        objects.remove(key);
    }

    /** The names of the objects that begin so. */
    public List<String> list(String prefix) {
        return objects.keySet().stream().filter(key -> key.startsWith(prefix)).sorted().toList();
    }

    /** All that costs money: every object, and every upload that was neither ended nor aborted. */
    public List<String> held() {
        return Stream.concat(
                        list("").stream(),
                        uploads.values().stream().map(upload -> "upload of " + upload.key()))
                .toList();
    }
}
