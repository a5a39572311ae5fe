package stagecoach.contracts.run;

import stagecoach.vocabulary.identity.HolderId;
import stagecoach.vocabulary.packages.PackagePin;

/** A package that could not be brought to a machine, and why. */
public record MissingPackage(PackagePin pin, HolderId target, String reason) {}
