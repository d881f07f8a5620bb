"""Agreement between the labels of one data row: objects by overlap, answers beyond chance."""

from labelstore.agreement.measuring import Agreement, agreement
from labelstore.agreement.objects import ObjectAgreement
from labelstore.agreement.questions import PairAgreement, QuestionAgreement

__all__ = ["Agreement", "ObjectAgreement", "PairAgreement", "QuestionAgreement", "agreement"]
