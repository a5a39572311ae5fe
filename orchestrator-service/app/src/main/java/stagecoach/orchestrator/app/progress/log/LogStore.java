package stagecoach.orchestrator.app.progress.log;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.agent.LogEntry.Output;
import stagecoach.contracts.agent.OutputKind;
import stagecoach.contracts.agent.OutputLine;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.sql.SqlRow;
import stagecoach.wire.StagecoachJson;

/**
 * Keeps output: each chunk once, its lines numbered without gaps per deployment, up to a cap per
 * command, which is said in the output when it is reached.
 */
@ApplicationScoped
public class LogStore {
    private final long bytesPerTicketMax;

    LogStore(
            @ConfigProperty(
                            name = "stagecoach.progress.log-bytes-per-ticket-max",
                            defaultValue = "16777216")
                    long bytesPerTicketMax) {
        this.bytesPerTicketMax = bytesPerTicketMax;
    }

    /**
     * A line with its number.
     *
     * @param seq its number within the deployment, from 1 without gaps
     */
    public record Numbered(
            long seq, OutputLine line, @Nullable String step, @Nullable String target) {}

    /** Keeps chunks; those that are kept already change nothing. */
    void keep(Tx tx, List<Output> chunks) {
        Map<String, List<Output>> byDeployment = new TreeMap<>();
        for (Output chunk : chunks) {
            byDeployment
                    .computeIfAbsent(chunk.deployment().value(), _ -> new ArrayList<>())
                    .add(chunk);
        }
        byDeployment.forEach((deployment, its) -> keepOf(tx, deployment, its));
    }

    private void keepOf(Tx tx, String deployment, List<Output> chunks) {
        tx.execute(
                "INSERT INTO log_head (deployment, seq) VALUES (?1, 0) ON CONFLICT DO NOTHING",
                deployment);
        long seq =
                number(
                        tx.select(
                                "SELECT seq FROM log_head WHERE deployment = ?1 FOR UPDATE",
                                deployment));
        long before = seq;
        String[] tickets =
                chunks.stream()
                        .map(chunk -> chunk.ticket().toString())
                        .distinct()
                        .toArray(String[]::new);
        Set<String> kept = kept(tx, tickets, chunks);
        Map<String, Fill> fills = fills(tx, tickets);
        List<LogChunk> rows = new ArrayList<>();
        for (Output chunk : chunks) {
            String ticket = chunk.ticket().toString();
            Fill fill = fills.computeIfAbsent(ticket, _ -> new Fill(0, false));
            if (fill.capped() || !kept.add(ticket + "/" + chunk.chunk())) {
                continue;
            }
            List<OutputLine> lines = fitting(chunk.lines(), fill);
            fills.put(ticket, fill.with(lines, lines.size() != chunk.lines().size()));
            if (lines.size() != chunk.lines().size()) {
                lines.add(said(chunk.lines().get(lines.size())));
            }
            if (!lines.isEmpty()) {
                rows.add(row(chunk, seq + 1, seq + lines.size(), lines));
                seq += lines.size();
            }
        }
        tx.insertAll(rows);
        fills.forEach((ticket, fill) -> write(tx, ticket, fill));
        if (seq != before) {
            tx.execute(
                    "UPDATE log_head SET seq = ?2, forgotten = false WHERE deployment = ?1",
                    deployment,
                    seq);
        }
    }

    /** How much of a command's output is kept. */
    private record Fill(long bytes, boolean capped) {
        Fill with(List<OutputLine> lines, boolean nowCapped) {
            return new Fill(bytes + lines.stream().mapToLong(LogStore::size).sum(), nowCapped);
        }
    }

    private List<OutputLine> fitting(List<OutputLine> lines, Fill fill) {
        List<OutputLine> fit = new ArrayList<>();
        long bytes = fill.bytes();
        for (OutputLine line : lines) {
            bytes += size(line);
            if (bytes > bytesPerTicketMax) {
                break;
            }
            fit.add(line);
        }
        return fit;
    }

    private OutputLine said(OutputLine firstLost) {
        return new OutputLine(
                firstLost.at(),
                OutputKind.INFO,
                "This command's output has reached %d bytes; what follows is not kept."
                        .formatted(bytesPerTicketMax));
    }

    private static long size(OutputLine line) {
        return line.text().length() + 1L;
    }

    private static LogChunk row(Output chunk, long first, long last, List<OutputLine> lines) {
        var row = new LogChunk();
        row.ticket = chunk.ticket().toString();
        row.chunk = chunk.chunk();
        row.deployment = chunk.deployment().value();
        row.firstSeq = first;
        row.lastSeq = last;
        row.run = chunk.context().run().value();
        row.step = chunk.context().step().map(Object::toString).orElse(null);
        row.target = chunk.context().target().map(Object::toString).orElse(null);
        row.lines = StagecoachJson.text(lines);
        return row;
    }

    private static Set<String> kept(Tx tx, String[] tickets, List<Output> chunks) {
        long lowest = chunks.stream().mapToLong(Output::chunk).min().orElse(0);
        Set<String> kept = new HashSet<>();
        for (var row :
                tx.select(
                        "SELECT ticket, chunk FROM log_chunk WHERE ticket = ANY(?1) AND chunk >= ?2",
                        tickets,
                        lowest)) {
            kept.add(row.text(0) + "/" + row.number(1));
        }
        return kept;
    }

    private static Map<String, Fill> fills(Tx tx, String[] tickets) {
        Map<String, Fill> fills = new HashMap<>();
        for (var row :
                tx.select(
                        "SELECT ticket, bytes, capped FROM log_ticket WHERE ticket = ANY(?1)",
                        (Object) tickets)) {
            fills.put(row.text(0), new Fill(row.number(1), row.flag(2)));
        }
        return fills;
    }

    private static void write(Tx tx, String ticket, Fill fill) {
        tx.execute(
                """
                INSERT INTO log_ticket (ticket, bytes, capped) VALUES (?1, ?2, ?3)
                ON CONFLICT (ticket) DO UPDATE SET bytes = excluded.bytes, capped = excluded.capped""",
                ticket,
                fill.bytes(),
                fill.capped());
    }

    /** The number of the last line of a deployment; 0 if it has none. */
    public long head(Tx tx, String deployment) {
        return number(tx.select("SELECT seq FROM log_head WHERE deployment = ?1", deployment));
    }

    /**
     * Lines of a deployment in their order.
     *
     * @param after the number of the line before the first
     * @param upTo the number of the last line that may be among them
     */
    public List<Numbered> lines(
            Tx tx,
            String deployment,
            long after,
            long upTo,
            Optional<String> step,
            Optional<String> target,
            int limit) {
        List<Numbered> lines = new ArrayList<>();
        long from = after;
        while (lines.size() < limit) {
            List<LogChunk> chunks =
                    tx.page(
                            LogChunk.class,
                            """
                            from LogChunk where deployment = ?1 and lastSeq > ?2 and firstSeq <= ?3
                            and (?4 = '' or step = ?4) and (?5 = '' or target = ?5)
                            order by lastSeq""",
                            50,
                            deployment,
                            from,
                            upTo,
                            step.orElse(""),
                            target.orElse(""));
            for (LogChunk chunk : chunks) {
                long seq = chunk.firstSeq;
                for (OutputLine line : read(chunk.lines)) {
                    if (seq > after && lines.size() < limit) {
                        lines.add(new Numbered(seq, line, chunk.step, chunk.target));
                    }
                    seq++;
                }
                from = chunk.lastSeq;
            }
            if (chunks.size() < 50) {
                break;
            }
        }
        return lines;
    }

    /** The last lines of a deployment, in their order. */
    public List<Numbered> tail(
            Tx tx, String deployment, Optional<String> step, Optional<String> target, int limit) {
        Deque<Numbered> lines = new ArrayDeque<>();
        long before = Long.MAX_VALUE;
        List<LogChunk> chunks;
        do {
            chunks =
                    tx.page(
                            LogChunk.class,
                            """
                            from LogChunk where deployment = ?1 and lastSeq < ?2
                            and (?3 = '' or step = ?3) and (?4 = '' or target = ?4)
                            order by lastSeq desc""",
                            50,
                            deployment,
                            before,
                            step.orElse(""),
                            target.orElse(""));
            for (LogChunk chunk : chunks) {
                long seq = chunk.lastSeq;
                for (OutputLine line : read(chunk.lines).reversed()) {
                    if (lines.size() < limit) {
                        lines.addFirst(new Numbered(seq, line, chunk.step, chunk.target));
                    }
                    seq--;
                }
                before = chunk.lastSeq;
            }
        } while (chunks.size() == 50 && lines.size() < limit);
        return List.copyOf(lines);
    }

    private static List<OutputLine> read(String json) {
        try {
            return StagecoachJson.mapper().readValue(json, new TypeReference<>() {});
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("a kept chunk is no list of lines", e);
        }
    }

    private static long number(List<SqlRow> rows) {
        return rows.isEmpty() ? 0 : rows.getFirst().number(0);
    }
}
