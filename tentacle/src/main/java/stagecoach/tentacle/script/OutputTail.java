package stagecoach.tentacle.script;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import stagecoach.contracts.agent.OutputKind;
import stagecoach.tentacle.journal.LineCutter;
import stagecoach.tentacle.journal.LiveTicket;

/**
 * Follows what a script writes to its two output files, in turns. What is not passed on any more is
 * taken off the disk as it comes: a script may write without an end, and is never held up.
 */
final class OutputTail {
    private static final Duration FLUSH_EVERY = Duration.ofMillis(100);

    /** How long what a script has started may still have its say, if it goes on writing. */
    private static final Duration LAST_WORDS_MAX = Duration.ofMillis(300);

    /** How much of what is not passed on may lie there, in bytes of each file. */
    private static final long LEFT_MAX = 16L << 20;

    /** How much may wait to be read before the rest is given up, in bytes of each file. */
    static final long WAITING_MAX = 1L << 30;

    private final LiveTicket live;
    private final String script;
    private final FileChannel outFile;
    private final FileChannel errFile;
    private final LineCutter out;
    private final LineCutter err;
    private Instant flushed;

    OutputTail(LiveTicket live, String script, FileChannel outFile, FileChannel errFile) {
        this.live = live;
        this.script = script;
        this.outFile = outFile;
        this.errFile = errFile;
        this.out = cutter(outFile, OutputKind.OUT);
        this.err = cutter(errFile, OutputKind.ERR);
        this.flushed = live.now();
    }

    /** Opens one of the files, which the script goes on appending to. */
    static FileChannel open(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    private LineCutter cutter(FileChannel file, OutputKind stream) {
        return new LineCutter(file, live.output().mark(script, stream), live::masks);
    }

    private LineCutter.Lines into(OutputKind stream) {
        Instant now = live.now();
        return (text, offset) -> live.output().add(now, script, stream, text, offset);
    }

    /** Reads some of what is there, and tells whether there was any. */
    boolean read() throws IOException {
        boolean news = out.read(false, into(OutputKind.OUT));
        news |= err.read(false, into(OutputKind.ERR));
        spareDisk(outFile, out);
        spareDisk(errFile, err);
        Instant now = live.now();
        if (!now.isBefore(flushed.plus(FLUSH_EVERY))) {
            live.flushOutput();
            flushed = now;
        }
        return news;
    }

    private void spareDisk(FileChannel file, LineCutter cutter) throws IOException {
        long size = file.size();
        if (size > WAITING_MAX) {
            live.output().giveUpRest(live.now());
        }
        if (size > LEFT_MAX && live.output().isFull()) {
            // The script appends, wherever the end is.
            file.truncate(0);
            cutter.restart();
        }
    }

    /** What the script left running may write for ever; the script has ended all the same. */
    void readToEnd() throws IOException {
        Instant giveUp = live.now().plus(LAST_WORDS_MAX);
        while (live.now().isBefore(giveUp) && read()) {}
        out.readToEnd(into(OutputKind.OUT));
        err.readToEnd(into(OutputKind.ERR));
        live.output().finish();
    }
}
