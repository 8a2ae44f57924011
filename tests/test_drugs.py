"""The drug dictionary: names found in text, and how a request's drug is classed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openimr import drugs
from openimr.guidelines.conditions import parse
from openimr.guidelines.expressions import Membership
from openimr.guidelines.facts import vocabulary


def test_the_dictionary_is_consistent():
    names: dict[str, str] = {}
    for drug in drugs.drugs():
        for name in drug.names:
            folded = name.replace("-", " ").replace("/", " ")
            assert names.setdefault(folded, drug.name) == drug.name, f"{name} names two drugs"
        assert set(drug.classes) <= set(drugs.classes()), drug.name
        assert set(drug.topical) <= set(drugs.classes()), drug.name
        assert drug.label == drug.label.lower()
        assert drug.omeq is None or drug.controlled, f"{drug.name} is an opioid and not controlled"
    assert len(names) >= 200


def test_every_name_is_found_as_its_drug():
    missed = {}
    for name, drug in drugs.lexicon().items():
        found = [mention.drug.label for mention in drugs.find(f"Takes {name.title()}, daily.")]
        if found != [drug.label]:
            missed[name] = found
    assert missed == {}


@pytest.mark.parametrize(
    ("fact", "classes"),
    [
        ("on_nsaid", {"nsaid"}),
        ("on_opioid", {"opioid"}),
        ("on_benzodiazepine", {"benzodiazepine"}),
    ],
)
def test_derived_drug_facts_name_the_drugs_of_their_class(fact, classes):
    derivation = vocabulary()[fact].derivation
    assert derivation is not None
    expression = parse(derivation).expression
    assert isinstance(expression, Membership)
    named = {constant.value for constant in expression.values}
    held = {drug.label for drug in drugs.drugs() if classes & set(drug.classes)}
    assert named <= held
    assert held - named <= {"aspirin"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Norco 10/325 mg", [("Norco", "hydrocodone/acetaminophen", "10/325", "mg")]),
        ("Norco 7.5-325mg", [("Norco", "hydrocodone/acetaminophen", "7.5/325", "mg")]),
        ("Vicodin ES", [("Vicodin ES", "hydrocodone/acetaminophen", None, None)]),
        ("Mobic (meloxicam) 7.5 mg", [("Mobic", "meloxicam", None, None),
                                      ("meloxicam", "meloxicam", "7.5", "mg")]),
        ("hydrocodone 5 mg / acetaminophen 325 mg",
         [("hydrocodone 5 mg / acetaminophen", "hydrocodone/acetaminophen", "5/325", "mg")]),
        ("oxycodone and acetaminophen",
         [("oxycodone and acetaminophen", "oxycodone/acetaminophen", None, None)]),
        ("ibuprofen, omeprazole 20mg",
         [("ibuprofen", "ibuprofen", None, None), ("omeprazole", "omeprazole", "20", "mg")]),
        ("20% flurbiprofen and 5% lidocaine",
         [("flurbiprofen", "flurbiprofen", "20", "%"), ("lidocaine", "lidocaine", "5", "%")]),
        ("Naproxen550mg", [("Naproxen", "naproxen", "550", "mg")]),
        ("butrans patch 10 mcg/hr", [("butrans patch", "buprenorphine", "10", "mcg/hr")]),
        ("Tylenol #3 #60", [("Tylenol #3", "acetaminophen/codeine", None, None)]),
        ("Ketoprofen 20% cream 240 g", [("Ketoprofen", "ketoprofen", "20", "%")]),
        ("Tramadol ER 150 mg #30", [("Tramadol ER", "tramadol", "150", "mg")]),
        ("zanaflex 4", [("zanaflex", "tizanidine", "4", None)]),
        ("morphine equivalent dose of 60", []),
        ("somatic pain; lyrical; normal gait", []),
        ("Non-insulin dependent diabetes", []),
        # a letter whose small form is longer must not shift places
        ("İ takes ibuprofen", [("ibuprofen", "ibuprofen", None, None)]),
    ],
)  # fmt: skip
def test_find(text, expected):
    found = [
        (text[m.start : m.end], m.drug.label, m.strength, m.strength_unit) for m in drugs.find(text)
    ]
    assert found == expected


@pytest.mark.parametrize(
    ("request_text", "label", "first_class", "route"),
    [
        ("Norco 10/325mg #60", "hydrocodone/acetaminophen", "opioid", "oral"),
        ("Celebrex 200 mg #30", "celecoxib", "cox2", "oral"),
        ("Vimovo 500/20 #60", "naproxen/esomeprazole", "nsaid_combination", "oral"),
        ("Soma 350 mg #90", "carisoprodol", "carisoprodol", "oral"),
        ("Diclofenac 75 mg #60", "diclofenac", "nsaid", "oral"),
        ("Diclofenac 1% gel 100 g", "diclofenac", "topical_nsaid", "topical"),
        ("Voltaren gel", "diclofenac", "topical_nsaid", "topical"),
        ("Lidocaine 5% patch #30", "lidocaine", "topical_lidocaine", "topical"),
        ("Lidoderm #30", "lidocaine", "topical_lidocaine", "topical"),
        ("Lidocaine injection", "lidocaine", "local_anesthetic", "injection"),
        ("Menthoderm 120 ml", "methyl salicylate/menthol", "topical_salicylate", "topical"),
        ("Ketoprofen 20% in cream base 240 g", "ketoprofen", "topical_compound", "topical"),
        ("Gabapentin 10%, Cyclobenzaprine 6%, Bupivacaine 5% cream",
         "gabapentin/cyclobenzaprine/bupivacaine", "topical_compound", "topical"),
        ("Lidocaine 4%, menthol 1% lotion", "lidocaine/menthol", "topical_salicylate", "topical"),
        ("compounded topical cream 240 gm", None, "topical_compound", None),
        ("Gabapentin 600 mg #90", "gabapentin", "gabapentinoid", "oral"),
        ("Fanatrex suspension", "gabapentin", "compounded_oral", "oral"),
        ("Deprizine", "ranitidine", "compounded_oral", "oral"),
        ("Omeprazole DR 20 mg", "omeprazole", "ppi", "oral"),
        ("Zantac 150 mg", "ranitidine", "h2_blocker", "oral"),
        ("Elavil 25 mg", "amitriptyline", "tca", "oral"),
        ("Cymbalta 60 mg", "duloxetine", "snri", "oral"),
        ("Xanax 0.5 mg", "alprazolam", "benzodiazepine", "oral"),
        ("Ambien CR 12.5", "zolpidem", "insomnia_drug", "oral"),
        ("Medrol dosepak", "methylprednisolone", "oral_corticosteroid", "oral"),
        ("Dexamethasone 4 mg IM", "dexamethasone", "injected_corticosteroid", "injection"),
        ("Synvisc-One injection", "hyaluronic acid", "hyaluronic_acid", "injection"),
        ("Fentanyl patch 25 mcg/hr", "fentanyl", "opioid", "transdermal"),
        ("Colace 100 mg", "docusate", "laxative", "oral"),
        ("Zofran 4 mg", "ondansetron", "antiemetic", "oral"),
        ("Theramine #90", "theramine", "medical_food", "oral"),
        ("MRI of the left knee", None, None, None),
    ],
)  # fmt: skip
def test_classify(request_text, label, first_class, route):
    found = drugs.classify(request_text)
    assert (found.label, found.route) == (label, route)
    assert (found.classes[0] if found.classes else None) == first_class


def test_a_compound_tells_what_its_parts_are():
    found = drugs.request_facts("Flurbiprofen 20%, baclofen 5%, capsaicin 0.0375% cream 180 g")
    assert found["drug_components"] == ("flurbiprofen", "baclofen", "capsaicin")
    assert found["drug_class"] == (
        "topical_compound",
        "ingredient_nsaid",
        "ingredient_muscle_relaxant",
        "ingredient_capsaicin",
    )
    assert found["capsaicin_percent"] == 0.0375
    assert found["dosage_form"] == "cream"
    assert drugs.request_facts("physical therapy x 12") == {}


def test_label_counts_a_drug_once():
    names = drugs.lexicon()
    assert drugs.drug_label([names["mobic"], names["meloxicam"]]) == "meloxicam"
    assert drugs.drug_label([names["norco"], names["hydrocodone"]]) == "hydrocodone/acetaminophen"
    assert drugs.drug_label([]) is None


@given(
    st.lists(st.sampled_from(sorted(drugs.lexicon())) | st.text(max_size=8), max_size=6),
    st.sampled_from([" ", ", ", " / ", "-", " 5mg "]),
)
def test_mentions_never_overlap_and_lie_inside_the_text(words, glue):
    text = glue.join(words)
    reached = 0
    for mention in drugs.find(text):
        assert reached <= mention.start < mention.end <= len(text)
        assert mention.amount is None or mention.amount >= 0
        reached = mention.end
