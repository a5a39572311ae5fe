package stagecoach.gateway.door;

import stagecoach.contracts.agent.AgentReport.EntryRefused;

/** Tell of this refusal, or of these as one. */
public record TellRefusal(EntryRefused refused) {}
