"""Agreement between the labels of one data row: objects by overlap, answers beyond chance."""

from labelstore.analyses.agreement.measuring import Agreement, agreement
from labelstore.analyses.agreement.objects import Compared, ObjectAgreement
from labelstore.analyses.agreement.questions import PairAgreement, QuestionAgreement

__all__ = ["Agreement", "Compared", "ObjectAgreement", "PairAgreement", "QuestionAgreement", "agreement"]
