package stagecoach.orchestrator.needs;

import stagecoach.vocabulary.identity.HolderId;
import stagecoach.vocabulary.packages.Sha512;

/** A package that a machine is known to hold, verified, in the present attempt. */
public record Held(Sha512 sha512, HolderId holder) {}
