-- What a machine told of itself and has told anew since goes after a while: few rows that are old
-- stay, and those that may go are found by this.
CREATE INDEX event_told_by_agents ON event (at)
    WHERE type IN ('stagecoach.AgentHealthChanged.v1', 'stagecoach.SourcesMeasured.v1');
