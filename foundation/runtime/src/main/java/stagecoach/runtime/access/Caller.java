package stagecoach.runtime.access;

import jakarta.enterprise.context.RequestScoped;
import java.util.Set;
import stagecoach.contracts.configuration.ConfigurationDocument.Role;

/** Who made the current request. */
@RequestScoped
public class Caller {
    private String actor = "anonymous";
    private Set<Role> roles = Set.of();

    /** The name of the API key, or of the service that calls. */
    public String actor() {
        return actor;
    }

    /** What the key was given; ADMIN includes all. */
    public Set<Role> roles() {
        return roles;
    }

    void is(String name, Set<Role> its) {
        actor = name;
        roles = Set.copyOf(its);
    }
}
