package stagecoach.runtime.access;

import jakarta.enterprise.context.RequestScoped;
import java.util.List;
import java.util.Set;
import stagecoach.contracts.configuration.ConfigurationDocument.Role;

/** Who made the current request. */
@RequestScoped
public class Caller {
    private String id = "";
    private String actor = "anonymous";
    private Set<Role> roles = Set.of();
    private Set<String> teams = Set.of();

    /** The id of the API key, or {@code service:<name>}; empty where no key is needed. */
    public String id() {
        return id;
    }

    /** The name of the API key, or of the service that calls: what events say as actor. */
    public String actor() {
        return actor;
    }

    /** What the key was given; ADMIN includes all. */
    public Set<Role> roles() {
        return roles;
    }

    /** The teams of whoever holds the key: whom a process may ask by name. */
    public Set<String> teams() {
        return teams;
    }

    void is(String itsId, String name, Set<Role> itsRoles, List<String> itsTeams) {
        id = itsId;
        actor = name;
        roles = Set.copyOf(itsRoles);
        teams = Set.copyOf(itsTeams);
    }
}
