package stagecoach.runtime.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SqlRowTest {
    private final SqlRow row = new SqlRow(new Object[] {"web-1", 3, 1L << 40, null});

    @Test
    void a_number_is_read_whatever_its_width_and_never_cut() {
        assertThat(row.whole(1)).isEqualTo(3);
        assertThat(row.number(1)).isEqualTo(3);
        assertThat(row.number(2)).isEqualTo(1L << 40);
        assertThatThrownBy(() -> row.whole(2)).isInstanceOf(ArithmeticException.class);
    }

    @Test
    void what_may_be_null_is_read_as_such() {
        assertThat(row.optionalText(0)).contains("web-1");
        assertThat(row.optionalInstant(3)).isEmpty();
        assertThat(row.optionalNumber(3)).isEmpty();
        assertThat(row.optionalWhole(1)).contains(3);
        assertThat(row.optionalWhole(3)).isEmpty();
        assertThat(row.optionalUuid(3)).isEmpty();
    }

    @Test
    void a_null_where_there_may_be_none_is_refused_by_the_number_of_its_column() {
        assertThatThrownBy(() -> row.text(3))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("column 3 is null");
    }
}
