"""Campaigns as rows: lists taken in, numbers nobody calls, permits asked for, agents' previews, and the evidence of it all.

routes, preview_routes   the API
service                  campaigns, lists and suppressions as they are changed
views                    what the API shows
plans                    a campaign's rules, as `crm_link.outbound` judges by
limits                   bounds
"""
