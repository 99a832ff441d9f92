"""Campaigns: a surface for every customer at once, to a file."""

from penchant.campaign.campaign import Campaign, Choice, Choose
from penchant.campaign.write import CampaignSummary, check_path, write_campaign

__all__ = ["Campaign", "CampaignSummary", "Choice", "Choose", "check_path", "write_campaign"]
