package stagecoach.gateway.command;

import java.util.Optional;

/** What becomes of a command, and what shall be reported in the same breath. */
public record Change(Mail after, Optional<Report> report) {}
