package stagecoach.gateway.app.test;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import stagecoach.contracts.agent.GatewayFrame;
import stagecoach.contracts.agent.GatewayFrame.Cancel;
import stagecoach.contracts.agent.GatewayFrame.Complete;
import stagecoach.contracts.agent.GatewayFrame.Deliver;
import stagecoach.contracts.agent.GatewayFrame.Goodbye;
import stagecoach.contracts.agent.GatewayFrame.OutputTaken;
import stagecoach.contracts.agent.GatewayFrame.Welcome;
import stagecoach.contracts.agent.OutputKind;
import stagecoach.contracts.agent.OutputLine;
import stagecoach.contracts.agent.TentacleFrame;
import stagecoach.contracts.agent.TentacleFrame.Ended;
import stagecoach.contracts.agent.TentacleFrame.OpenTicket;
import stagecoach.contracts.agent.TentacleFrame.Output;
import stagecoach.contracts.agent.TentacleFrame.Started;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.Ticket;

/**
 * A machine that keeps a journal as a tentacle must, and whose connection breaks at any moment: it
 * comes back to one gateway process or another, with what its journal holds.
 */
public final class RestlessMachine implements AutoCloseable {
    /** How many chunks of output each piece of work writes. */
    public static final int CHUNKS = 3;

    private final AgentId agent;
    private final List<Machine> ways;
    private final Random random;
    private final double breaks;
    private final Map<Ticket, Long> journal = new LinkedHashMap<>();
    private final Map<Ticket, Integer> executions = new ConcurrentHashMap<>();
    private final Thread thread;
    private volatile boolean stopped;
    private final AtomicInteger sessions = new AtomicInteger();
    private volatile String broken = "";

    /**
     * Begins.
     *
     * @param ways to different gateway processes
     * @param breaks the chance that the connection breaks at a message
     */
    public RestlessMachine(AgentId agent, List<Machine> ways, long seed, double breaks) {
        this.agent = agent;
        this.ways = ways;
        this.random = new Random(seed);
        this.breaks = breaks;
        this.thread = Thread.ofVirtual().name("restless " + agent).start(this::run);
    }

    /** How often each ticket's work was begun. */
    public Map<Ticket, Integer> executions() {
        return Map.copyOf(executions);
    }

    /** How many sessions there were. */
    public int sessions() {
        return sessions.get();
    }

    /** Why the last connection ended. */
    public String broken() {
        return broken;
    }

    private void run() {
        while (!stopped) {
            try {
                session();
            } catch (RuntimeException | AssertionError e) {
                // The connection broke, or could not be made: the next one is another try.
                broken = String.valueOf(e.getMessage());
            }
        }
    }

    private void session() {
        var open = new ArrayList<OpenTicket>();
        journal.forEach((ticket, taken) -> open.add(new OpenTicket(ticket, true, CHUNKS)));
        var connection =
                ways.get(random.nextInt(ways.size()))
                        .connect(agent, open.toArray(OpenTicket[]::new));
        sessions.incrementAndGet();
        for (Ticket ticket : List.copyOf(journal.keySet())) {
            report(connection, ticket);
        }
        int seen = 0;
        while (!stopped && connection.isOpen()) {
            List<GatewayFrame> heard = connection.heard();
            if (seen == heard.size()) {
                LockSupport.parkNanos(1_000_000);
                continue;
            }
            obey(connection, heard.get(seen));
            seen++;
        }
        connection.drop();
    }

    private void obey(Machine.Connection connection, GatewayFrame frame) {
        mayBreak(connection);
        switch (frame) {
            case Deliver deliver -> {
                Ticket ticket = deliver.command().ticket();
                if (!executions.containsKey(ticket)) {
                    journal.put(ticket, 0L);
                    executions.merge(ticket, 1, Integer::sum);
                    report(connection, ticket);
                } else if (!journal.containsKey(ticket)) {
                    // Delivered again after it was complete: a tentacle would run it again.
                    executions.merge(ticket, 1, Integer::sum);
                }
            }
            case OutputTaken taken ->
                    journal.computeIfPresent(
                            taken.ticket(), (t, known) -> Math.max(known, taken.chunk()));
            case Complete complete -> journal.remove(complete.ticket());
            case Welcome _,
                    Cancel _,
                    Goodbye _,
                    GatewayFrame.RemovalsTaken _,
                    GatewayFrame.TrustGateway _ -> {}
        }
    }

    private void report(Machine.Connection connection, Ticket ticket) {
        say(connection, new Started(ticket));
        for (long chunk = journal.get(ticket) + 1; chunk <= CHUNKS; chunk++) {
            say(
                    connection,
                    new Output(
                            ticket,
                            chunk,
                            List.of(new OutputLine(Instant.EPOCH, OutputKind.OUT, "line"))));
        }
        say(connection, new Ended(ticket, Scene.exited(0)));
    }

    private void say(Machine.Connection connection, TentacleFrame frame) {
        mayBreak(connection);
        connection.say(frame);
    }

    private void mayBreak(Machine.Connection connection) {
        if (random.nextDouble() < breaks) {
            connection.drop();
            throw new IllegalStateException("the connection broke");
        }
    }

    @Override
    public void close() {
        stopped = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
