package stagecoach.contracts.agent;

import java.time.Instant;

/** One line of output, masked before it left the machine. */
public record OutputLine(Instant at, OutputKind stream, String text) {}
