"""What a run comes to, out of what its toolbox knows at the end."""

from tasks.records.campaign import Campaign
from tasks.records.plan import Plan
from tasks.records.result import CampaignResult
from tasks.reporting.summarize import sum_up
from tasks.run_state.left_images import told_of
from tasks.run_state.toolbox import Toolbox
from tasks.storage.storage import CampaignStore


def planned_result(plan: Plan) -> CampaignResult:
    """The result of a dry run: everything still to be done, nothing paid."""
    campaign = plan.campaign
    folder = CampaignStore.open(campaign.output, campaign.slug).root
    made = plan.left.made if plan.left else 0
    return CampaignResult(
        name=campaign.title,
        folder=folder,
        cells=plan.cell_count,
        by_status={"done": made, "pending": plan.cell_count - made} if made else {"pending": plan.cell_count},
        cost_usd=plan.cost_usd,
        to_pay_usd=plan.left.cost_usd if plan.left else plan.cost_usd,
        most_usd=plan.left.most_usd if plan.left else plan.cost_usd,
        is_dry_run=True,
    )


def result_of(campaign: Campaign, tools: Toolbox, *, is_published: bool = True) -> CampaignResult:
    """What the campaign came to."""
    result = sum_up(
        campaign,
        tools.store.root,
        tools.cells.planned,
        tools.cells.outcomes,
        cost_usd=tools.purse.cost_usd,
        spent_usd=tools.purse.spent_usd,
        stopped_by=tools.stop.reason,
    )
    told = {"kept": tools.rescues.told(), "left": told_of(tools.cells.left.values()), "is_published": is_published}
    former = {"former_images": tools.cells.former, "former_usd": tools.purse.orphaned_usd}
    return result.model_copy(update=told | former)
