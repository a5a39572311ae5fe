package stagecoach.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** Tables, sizes and times as people read them. */
public final class Text {
    private Text() {}

    /** Columns of equal width, two spaces apart; the header first. */
    public static String table(List<String> header, List<List<String>> rows) {
        List<List<String>> cells =
                rows.stream().map(row -> row.stream().map(Shown::line).toList()).toList();
        int[] width = new int[header.size()];
        for (int column = 0; column < width.length; column++) {
            width[column] = header.get(column).length();
            for (List<String> row : cells) {
                width[column] = Math.max(width[column], row.get(column).length());
            }
        }
        var text = new StringBuilder();
        appendRow(text, header, width);
        cells.forEach(row -> appendRow(text, row, width));
        return text.toString();
    }

    private static void appendRow(StringBuilder text, List<String> row, int[] width) {
        var line = new StringBuilder();
        for (int column = 0; column < row.size(); column++) {
            line.append(padded(row.get(column), width[column])).append("  ");
        }
        text.append(line.toString().stripTrailing()).append('\n');
    }

    /** {@code text} with spaces behind it up to {@code width}. */
    public static String padded(String text, int width) {
        return text.length() >= width ? text : text + " ".repeat(width - text.length());
    }

    /** The texts of a list, with commas. */
    public static String joined(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false)
                .map(JsonNode::asText)
                .collect(Collectors.joining(","));
    }

    /** Bytes in decimal units: {@code 45.3 MB}, {@code 44 kB}. */
    public static String bytes(long bytes) {
        if (bytes < 1_000) {
            return bytes + " B";
        }
        if (bytes < 1_000_000) {
            return Math.round(bytes / 1e3) + " kB";
        }
        if (bytes < 1_000_000_000) {
            return String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
        }
        return String.format(Locale.ROOT, "%.2f GB", bytes / 1e9);
    }

    /** An instant as {@code 2026-11-30 08:24:26Z}; what is none stays as it is. */
    public static String at(String instant) {
        return instant.replaceFirst(
                "^([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}:[0-9]{2}:[0-9]{2})(?:[.][0-9]+)?Z$",
                "$1 $2Z");
    }

    /** A time as {@code 0:14} or {@code 1:02:03}. */
    public static String clock(Duration time) {
        long seconds = Math.max(0, time.toSeconds());
        return seconds < 3600
                ? "%d:%02d".formatted(seconds / 60, seconds % 60)
                : "%d:%02d:%02d".formatted(seconds / 3600, seconds / 60 % 60, seconds % 60);
    }

    /** A time as {@code 0.6 s} or {@code 1 m 32 s}. */
    public static String seconds(Duration time) {
        if (time.toSeconds() < 100) {
            return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1e3);
        }
        return "%d m %d s".formatted(time.toMinutes(), time.toSecondsPart());
    }
}
