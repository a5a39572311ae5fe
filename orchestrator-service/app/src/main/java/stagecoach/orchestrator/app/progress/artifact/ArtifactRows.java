package stagecoach.orchestrator.app.progress.artifact;

import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import stagecoach.contracts.agent.Artifact;
import stagecoach.contracts.agent.CommandContext;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.Ticket;

/** Writes which files a command has collected. */
public final class ArtifactRows {
    private static final String INSERT =
            """
            INSERT INTO artifact
                (deployment, ticket, number, run, step, target, worker, name, size, sha256, collected_at)
            SELECT CAST(?1 AS text), CAST(?2 AS text), a.number, CAST(?3 AS integer), CAST(?4 AS text),
                CAST(?5 AS text), CAST(?6 AS text), a.name, a.size, a.sha256, CAST(?7 AS timestamptz)
            FROM unnest(CAST(?8 AS integer[]), CAST(?9 AS text[]), CAST(?10 AS bigint[]),
                CAST(?11 AS text[])) AS a (number, name, size, sha256)
            WHERE NOT EXISTS (SELECT 1 FROM retired r WHERE r.deployment = CAST(?1 AS text))
            ON CONFLICT DO NOTHING""";

    private ArtifactRows() {}

    /**
     * Takes in what a command's end tells; a repeat changes nothing, and nothing is taken in of a
     * deployment that is kept no longer.
     */
    public static void collected(
            Tx tx,
            Ticket ticket,
            AgentId agent,
            CommandContext context,
            List<Artifact> artifacts,
            Instant at) {
        if (artifacts.isEmpty()) {
            return;
        }
        tx.execute(
                INSERT,
                context.deployment().value(),
                ticket.toString(),
                context.run().value(),
                context.step().map(Object::toString).orElse(""),
                context.target().map(Object::toString).orElse(null),
                agent.worker().map(Object::toString).orElse(null),
                at,
                IntStream.rangeClosed(1, artifacts.size()).boxed().toArray(Integer[]::new),
                artifacts.stream().map(Artifact::name).toArray(String[]::new),
                artifacts.stream().map(Artifact::size).toArray(Long[]::new),
                artifacts.stream().map(a -> a.sha256().value()).toArray(String[]::new));
    }
}
