package stagecoach.runtime.toy;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;

/** The service's own table about its accounts. */
@Entity
@Table(name = "balance")
public class BalanceRow {
    @Id public String account = "";
    public long balance;
    public long changes;
}
