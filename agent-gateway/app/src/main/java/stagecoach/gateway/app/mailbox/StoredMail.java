package stagecoach.gateway.app.mailbox;

import stagecoach.contracts.agent.AgentCommand;
import stagecoach.gateway.command.Mail;
import stagecoach.vocabulary.identity.Ticket;

/**
 * A row of {@code command}.
 *
 * @param version of the row: a change of it counts only if the row still has this version
 * @param command as it came
 */
public record StoredMail(int version, AgentCommand command, Mail mail) {
    /** The ticket. */
    public Ticket ticket() {
        return mail.ticket();
    }
}
