"""Who may do what with which case, as predicates over user and case.

``case.see``: clinical content of a case. ``case.change``: its file and course.
``case.letters``: what was sent.
``case.assign``: choosing its reviewers. ``case.offer``: to take or decline it. ``case.review``: the
review desk. ``case.answer``: to enter what a party answered. ``case.quality``: the second look.
``case.issue``. ``office.*``: without a case.
"""

from __future__ import annotations

import rules

from openimr.office.models import Assignment, Case, Role, User


def _role(*roles: str) -> rules.Predicate:
    wanted = frozenset(roles)

    @rules.predicate(name="_or_".join(sorted(wanted)))
    def has_role(user: User) -> bool:
        return bool(user.is_active and user.role in wanted)

    return has_role


is_intake = _role(Role.INTAKE)
is_case_manager = _role(Role.CASE_MANAGER)
is_reviewer = _role(Role.REVIEWER)
is_quality = _role(Role.QUALITY, Role.MEDICAL_DIRECTOR)
is_medical_director = _role(Role.MEDICAL_DIRECTOR)
is_administrator = _role(Role.ADMINISTRATOR)
is_staff_of_cases = _role(Role.INTAKE, Role.CASE_MANAGER, Role.QUALITY, Role.MEDICAL_DIRECTOR)


@rules.predicate
def is_assigned(user: User, case: Case | None) -> bool:
    """The reviewer has, or is offered, this case in its present round."""
    return (
        case is not None
        and Assignment.objects.filter(
            case=case,
            reviewer=user,
            round=case.remand_count,
            state__in=("offered", "accepted", "done"),
        ).exists()
    )


@rules.predicate
def has_accepted(user: User, case: Case | None) -> bool:
    """The reviewer has taken this case."""
    return (
        case is not None
        and Assignment.objects.filter(
            case=case, reviewer=user, round=case.remand_count, state__in=("accepted", "done")
        ).exists()
    )


@rules.predicate
def has_reviewed(user: User, case: Case | None) -> bool:
    """The user was a reviewer of this case in any round."""
    return case is not None and Assignment.objects.filter(case=case, reviewer=user).exists()


def _conflicted(user: User, case: Case) -> bool:
    from openimr.office.conflicts import own_conflicts

    return bool(own_conflicts(user, case))


@rules.predicate
def is_free_of_conflict(user: User, case: Case | None) -> bool:
    """A reviewer whose register entry conflicts with a party of the case does not see it."""
    return case is None or user.role != Role.REVIEWER or not _conflicted(user, case)


see = (is_staff_of_cases | (is_reviewer & is_assigned)) & is_free_of_conflict
rules.add_perm("case.see", see)
rules.add_perm("case.change", is_intake | is_case_manager)
rules.add_perm("case.assign", is_case_manager | is_medical_director)
rules.add_perm("case.letters", is_staff_of_cases)
rules.add_perm("case.review", is_reviewer & has_accepted & is_free_of_conflict)
rules.add_perm("case.offer", is_reviewer & is_assigned & is_free_of_conflict)
rules.add_perm("case.answer", is_case_manager | (is_reviewer & has_accepted & is_free_of_conflict))
rules.add_perm("case.quality", is_quality & ~has_reviewed)
rules.add_perm("case.issue", is_case_manager | is_medical_director)
rules.add_perm("case.reviewer_names", is_case_manager | is_quality)
rules.add_perm("office.cases", is_staff_of_cases)
rules.add_perm("office.intake", is_intake | is_case_manager)
rules.add_perm("office.dashboard", is_staff_of_cases)
rules.add_perm("office.register", is_case_manager | is_medical_director)
rules.add_perm("office.work", is_staff_of_cases | is_reviewer)
rules.add_perm("office.administer", is_administrator)
rules.add_perm("office.audit", is_administrator | is_medical_director)
