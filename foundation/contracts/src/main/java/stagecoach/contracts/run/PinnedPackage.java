package stagecoach.contracts.run;

import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.process.Action.AcquisitionLocation;
import stagecoach.vocabulary.process.Action.PackageSource;

/** A package of a release, pinned by digest, and how it travels. */
public record PinnedPackage(
        FeedId feed,
        PackagePin pin,
        AcquisitionLocation acquisitionLocation,
        PackageSource source) {}
