package stagecoach.tentacle.journal;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;
import java.util.zip.CRC32C;
import stagecoach.trust.PrivateFiles;

/**
 * An append-only file of records, each a line {@code <CRC-32C> <JSON>}. A record that a crash left
 * half written at the end is cut off; a damaged one before others is an error, for then history is
 * missing.
 */
final class RecordFile implements Closeable {
    /** The longest record, in bytes. */
    static final int RECORD_BYTES_MAX = 1 << 20;

    private static final int CRC_DIGITS = 8;
    private static final int BUFFER_BYTES = 1 << 16;

    /** No channel: that would be closed for good by an interrupt of the thread that writes. */
    private final RandomAccessFile file;

    private long end;

    private RecordFile(RandomAccessFile file) {
        this.file = file;
    }

    /** Told of each record, in order. */
    @FunctionalInterface
    interface Reader {
        /**
         * One more record.
         *
         * @param position where the record's line begins
         * @param length of the line, with its end
         */
        void read(byte[] json, long position, int length) throws IOException;
    }

    /** Opens or creates the file and reads all that it holds. */
    static RecordFile open(Path path, Reader reader) throws IOException {
        if (!Files.exists(path)) {
            Files.createFile(path, PrivateFiles.fileMode(path.getFileSystem()));
        }
        RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw");
        try {
            RecordFile records = new RecordFile(file);
            records.readAll(path, reader);
            return records;
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private void readAll(Path path, Reader reader) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        long position = 0;
        long lineStart = 0;
        boolean torn = false;
        file.seek(0);
        for (int count = file.read(buffer); count > 0; count = file.read(buffer)) {
            for (int i = 0; i < count; i++) {
                position++;
                if (buffer[i] != '\n') {
                    // What is longer than any record is none; its bytes are only counted.
                    if (line.size() <= RECORD_BYTES_MAX + CRC_DIGITS + 1) {
                        line.write(buffer[i]);
                    }
                    continue;
                }
                Optional<byte[]> json = check(line.toByteArray());
                line.reset();
                if (json.isEmpty()) {
                    torn = true;
                } else if (torn) {
                    throw new DamagedJournal(
                            "%s is damaged before its last record".formatted(path));
                } else {
                    reader.read(json.get(), lineStart, (int) (position - lineStart));
                    end = position;
                }
                lineStart = position;
            }
        }
        if (file.length() > end) {
            file.setLength(end);
            file.getFD().sync();
        }
    }

    /** Appends a record; after a crash of this process it is there, after a power cut perhaps. */
    synchronized Written append(byte[] json) throws IOException {
        if (json.length > RECORD_BYTES_MAX) {
            throw new IOException("a record of %d bytes is too long".formatted(json.length));
        }
        byte[] line = new byte[json.length + CRC_DIGITS + 2];
        System.arraycopy(crc(json, 0, json.length), 0, line, 0, CRC_DIGITS);
        line[CRC_DIGITS] = ' ';
        System.arraycopy(json, 0, line, CRC_DIGITS + 1, json.length);
        line[line.length - 1] = '\n';
        Written written = new Written(end, line.length);
        file.seek(end);
        file.write(line);
        end += line.length;
        return written;
    }

    /** Makes all that was appended outlast a power cut. */
    void force() throws IOException {
        file.getFD().sync();
    }

    /** Reads a record again. */
    synchronized byte[] read(Written written) throws IOException {
        byte[] line = new byte[written.length() - 1];
        file.seek(written.position());
        try {
            file.readFully(line);
        } catch (EOFException e) {
            throw new DamagedJournal("a record is gone from its file", e);
        }
        return check(line)
                .orElseThrow(() -> new DamagedJournal("a record has changed in its file"));
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    /** Where a record's line lies. */
    record Written(long position, int length) {}

    private static Optional<byte[]> check(byte[] line) {
        if (line.length <= CRC_DIGITS || line[CRC_DIGITS] != ' ') {
            return Optional.empty();
        }
        int start = CRC_DIGITS + 1;
        byte[] expected = crc(line, start, line.length - start);
        for (int i = 0; i < CRC_DIGITS; i++) {
            if (line[i] != expected[i]) {
                return Optional.empty();
            }
        }
        byte[] json = new byte[line.length - start];
        System.arraycopy(line, start, json, 0, json.length);
        return Optional.of(json);
    }

    private static byte[] crc(byte[] bytes, int offset, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, offset, length);
        return HexFormat.of()
                .toHexDigits(crc.getValue(), CRC_DIGITS)
                .getBytes(StandardCharsets.US_ASCII);
    }
}
