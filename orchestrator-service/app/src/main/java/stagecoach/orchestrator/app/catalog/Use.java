package stagecoach.orchestrator.app.catalog;

import stagecoach.contracts.configuration.ConfigurationEvent.Kind;

/** Something that is referred to, and so may not be removed. */
public record Use(Kind kind, String id) {}
