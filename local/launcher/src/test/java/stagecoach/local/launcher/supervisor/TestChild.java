package stagecoach.local.launcher.supervisor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

/** A process that behaves as its test wants it to; its first argument says how. */
final class TestChild {
    private TestChild() {}

    public static void main(String[] args) throws Exception {
        switch (args[0]) {
            case "good" -> ready();
            case "crash" -> crash();
            case "crash-until" -> crashUntil(Path.of(args[1]), Integer.parseInt(args[2]));
            case "good-while" -> goodWhile(Path.of(args[1]));
            case "wait-for" -> waitFor(Path.of(args[1]));
            case "never" -> park();
            case "stubborn" -> stubborn();
            case "farewell" -> farewell(Path.of(args[1]), args[2]);
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    private static void ready() throws InterruptedException {
        System.out.println("READY");
        park();
    }

    private static void crash() {
        System.out.println("the port is busy");
        System.exit(7);
    }

    /** Crashes until the file has so many bytes, one per life. */
    private static void crashUntil(Path file, int lives) throws IOException, InterruptedException {
        Files.write(file, new byte[1], StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        if (Files.size(file) < lives) {
            crash();
        }
        ready();
    }

    /** Crashes unless the file is there when it begins. */
    private static void goodWhile(Path file) throws InterruptedException {
        if (!Files.exists(file)) {
            crash();
        }
        ready();
    }

    private static void waitFor(Path file) throws InterruptedException {
        while (!Files.exists(file)) {
            LockSupport.parkNanos(10_000_000);
        }
        ready();
    }

    private static void stubborn() throws InterruptedException {
        Runtime.getRuntime().addShutdownHook(new Thread(TestChild::parkUninterruptibly));
        ready();
    }

    private static void farewell(Path file, String word) throws InterruptedException {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> append(file, word)));
        ready();
    }

    private static void append(Path file, String word) {
        try {
            Files.writeString(
                    file, word + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void parkUninterruptibly() {
        while (true) {
            LockSupport.park();
        }
    }

    private static void park() throws InterruptedException {
        new CountDownLatch(1).await();
    }
}
