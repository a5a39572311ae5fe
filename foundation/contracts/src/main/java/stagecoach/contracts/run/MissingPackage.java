package stagecoach.contracts.run;

import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.packages.PackagePin;

/** A package that could not be brought to a target, and why. */
public record MissingPackage(PackagePin pin, TargetId target, String reason) {}
