package stagecoach.contracts.agent;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import stagecoach.contracts.acquisition.Source;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.process.Mutex;

/**
 * What a service asks of a tentacle, published on {@code stagecoach.agent-commands} with the agent
 * as key. Nothing here is secret: bodies and variables are payloads, fetched by ticket on delivery.
 */
public sealed interface AgentCommand {
    /** The ticket that the command is about. */
    Ticket ticket();

    /** The tentacle that shall do it. */
    AgentId agent();

    /** What it is part of. */
    CommandContext context();

    /**
     * Run a script.
     *
     * @param payloadDigest names the payload; keyed, so that it tells nothing of it
     * @param timeout how long it may run on the machine; empty means without limit
     * @param expiresAt when it is too late for the tentacle to take it in
     * @param packages what lies there for the script; only for a tentacle that has the capability
     *     {@link #SCRIPT_PACKAGES}
     * @param reachWithin how long its machine may be out of reach before it is given back; empty
     *     leaves that to the gateway
     * @param stop how it is ended when its time is over; empty means as usual
     */
    record RunScript(
            Ticket ticket,
            AgentId agent,
            CommandContext context,
            Digest payloadDigest,
            Mutex mutex,
            Optional<Duration> timeout,
            Instant expiresAt,
            List<ScriptPackage> packages,
            Optional<Duration> reachWithin,
            Optional<StopBounds> stop)
            implements AgentCommand {
        /** Copies the packages; a command of before there were any has none. */
        public RunScript {
            packages = packages == null ? List.of() : List.copyOf(packages);
        }

        /** A script that needs no package. */
        public RunScript(
                Ticket ticket,
                AgentId agent,
                CommandContext context,
                Digest payloadDigest,
                Mutex mutex,
                Optional<Duration> timeout,
                Instant expiresAt) {
            this(
                    ticket,
                    agent,
                    context,
                    payloadDigest,
                    mutex,
                    timeout,
                    expiresAt,
                    List.of(),
                    Optional.empty(),
                    Optional.empty());
        }
    }

    /** How it is ended when its time is over, or when it was given up. */
    default StopBounds stopBounds() {
        return switch (this) {
            case RunScript script -> script.stop().orElse(StopBounds.USUAL);
            case InstallPackage install -> install.stop().orElse(StopBounds.USUAL);
            case CancelCommand cancel -> new StopBounds(cancel.killAfter(), cancel.abandonAfter());
            case AcquirePackage _, CheckHttp _ -> StopBounds.USUAL;
        };
    }

    /**
     * How long its machine may be out of reach before the command is given back; empty leaves that
     * to the gateway.
     */
    default Optional<Duration> awayAtMost() {
        return switch (this) {
            case RunScript script -> script.reachWithin();
            case AcquirePackage acquire -> acquire.reachWithin();
            case InstallPackage install -> install.reachWithin();
            case CheckHttp check -> check.reachWithin();
            case CancelCommand _ -> Optional.empty();
        };
    }

    /** The capability of a tentacle that puts packages beside a script. */
    String SCRIPT_PACKAGES = "script-packages";

    /**
     * The capability of a tentacle that can be told which certificates of gateways it is to trust.
     */
    String GATEWAY_RENEWAL = "gateway-renewal";

    /** The capability of a tentacle that puts variables into structured files. */
    String STRUCTURED_VARIABLES = "structured-variables";

    /** The capability of a tentacle that copies what it installs into a folder of the user's. */
    String COPIED_INSTALLATIONS = "copied-installations";

    /**
     * A package that the tentacle holds, for a script.
     *
     * @param extract whether it is unpacked there
     */
    record ScriptPackage(PackagePin pin, boolean extract) {}

    /**
     * Get a package and keep it, verified.
     *
     * @param sources where to read it, nearest first
     * @param force read again even what is held
     * @param reachWithin see {@link RunScript}
     */
    record AcquirePackage(
            Ticket ticket,
            AgentId agent,
            CommandContext context,
            PackagePin pin,
            List<Source> sources,
            boolean force,
            Instant expiresAt,
            Optional<Duration> reachWithin)
            implements AgentCommand {
        /** Copies the sources. */
        public AcquirePackage {
            sources = List.copyOf(sources);
        }

        /** One that leaves to the gateway how long its machine is waited for. */
        public AcquirePackage(
                Ticket ticket,
                AgentId agent,
                CommandContext context,
                PackagePin pin,
                List<Source> sources,
                boolean force,
                Instant expiresAt) {
            this(ticket, agent, context, pin, sources, force, expiresAt, Optional.empty());
        }
    }

    /**
     * Install a package that the tentacle holds.
     *
     * @param reachWithin see {@link RunScript}
     * @param stop see {@link RunScript}
     */
    record InstallPackage(
            Ticket ticket,
            AgentId agent,
            CommandContext context,
            PackagePin pin,
            Digest payloadDigest,
            Mutex mutex,
            Optional<Duration> timeout,
            Instant expiresAt,
            Optional<Duration> reachWithin,
            Optional<StopBounds> stop)
            implements AgentCommand {
        /** One that leaves to the gateway how long its machine is waited for. */
        public InstallPackage(
                Ticket ticket,
                AgentId agent,
                CommandContext context,
                PackagePin pin,
                Digest payloadDigest,
                Mutex mutex,
                Optional<Duration> timeout,
                Instant expiresAt) {
            this(
                    ticket,
                    agent,
                    context,
                    pin,
                    payloadDigest,
                    mutex,
                    timeout,
                    expiresAt,
                    Optional.empty(),
                    Optional.empty());
        }
    }

    /**
     * Ask a URL until it answers as the payload says.
     *
     * @param reachWithin see {@link RunScript}
     */
    record CheckHttp(
            Ticket ticket,
            AgentId agent,
            CommandContext context,
            Digest payloadDigest,
            Instant expiresAt,
            Optional<Duration> reachWithin)
            implements AgentCommand {
        /** One that leaves to the gateway how long its machine is waited for. */
        public CheckHttp(
                Ticket ticket,
                AgentId agent,
                CommandContext context,
                Digest payloadDigest,
                Instant expiresAt) {
            this(ticket, agent, context, payloadDigest, expiresAt, Optional.empty());
        }
    }

    /**
     * End what runs under a ticket: TERM at once, KILL after {@code killAfter}, given up {@code
     * abandonAfter} later.
     */
    record CancelCommand(
            Ticket ticket,
            AgentId agent,
            CommandContext context,
            Duration killAfter,
            Duration abandonAfter)
            implements AgentCommand {}
}
