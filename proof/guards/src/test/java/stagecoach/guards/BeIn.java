package stagecoach.guards;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;

/** The condition that a class is among those of a predicate. */
final class BeIn extends ArchCondition<JavaClass> {
    private final DescribedPredicate<JavaClass> predicate;

    BeIn(DescribedPredicate<JavaClass> predicate) {
        super("be " + predicate.getDescription());
        this.predicate = predicate;
    }

    @Override
    public void check(JavaClass item, ConditionEvents events) {
        events.add(new SimpleConditionEvent(item, predicate.test(item), item.getName()));
    }
}
