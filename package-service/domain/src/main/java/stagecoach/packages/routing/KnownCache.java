package stagecoach.packages.routing;

import stagecoach.contracts.acquisition.Source;
import stagecoach.vocabulary.identity.RegionId;

/** A cache as configuration knows it; a lower {@code priority} is tried first. */
public record KnownCache(Source.OfCache source, RegionId region, int priority) {}
