"""What an organisation starts with by its country, and what the country has for no tax at all.

Types, names and the accounts they are for are those of Xero's page on tax rates, *Tax Rate
Constraints* (not yet those of the United Kingdom, which are as tests have always had them). The
page tells no percentages: they are of the names, of the OpenAPI document's examples and of the
country's law; rates of Singapore and South Africa whose percentage is not known are left out.
"""

#: TaxType, name, percent, applies to (R revenue, E expenses, A assets, L liabilities, Q equity)
TAX_RATES = {
    "GB": """
OUTPUT2|20% (VAT on Income)|20|RALQ
INPUT2|20% (VAT on Expenses)|20|EALQ
RROUTPUT|5% (VAT on Income)|5|RALQ
RRINPUT|5% (VAT on Expenses)|5|EALQ
ZERORATEDOUTPUT|Zero Rated Income|0|RALQ
ZERORATEDINPUT|Zero Rated Expenses|0|EALQ
EXEMPTOUTPUT|Exempt Income|0|RALQ
EXEMPTINPUT|Exempt Expenses|0|EALQ
ECZROUTPUT|Zero Rated EC Goods Income|0|RALQ
ECZROUTPUTSERVICES|Zero Rated EC Services|0|RALQ
ECZRINPUT|Zero Rated EC Expenses|0|EALQ
REVERSECHARGES|Reverse Charge Expenses (20%)|0|EALQ
DRCHARGESUPPLY20|Domestic Reverse Charge @ 20% (VAT on Income)|0|RALQ
DRCHARGE20|Domestic Reverse Charge @ 20% (VAT on Expenses)|0|EALQ
CAPEXINPUT2|20% (VAT on Capital Purchases)|20|A
CAPEXOUTPUT2|20% (VAT on Capital Sales)|20|A
GSTONIMPORTS|VAT on Imports|0|EA
NONE|No VAT|0|REALQ
""",
    # NONE is not on the page, but a type that Xero takes: see _recoded in lines.py.
    "AU": """
OUTPUT|GST on Income|10|RALQ
INPUT|GST on Expenses|10|EALQ
CAPEXINPUT|GST on Capital|10|EALQ
EXEMPTOUTPUT|GST Free Income|0|RALQ
EXEMPTEXPENSES|GST Free Expenses|0|EALQ
EXEMPTEXPORT|GST Free Exports|0|RALQ
EXEMPTCAPITAL|GST Free Capital|0|EALQ
INPUTTAXED|Input Taxed|0|REALQ
GSTONCAPIMPORTS|GST on Capital Imports|0|L
GSTONIMPORTS|GST on Imports|0|L
BASEXCLUDED|BAS Excluded|0|REALQ
NONE|No GST|0|REALQ
""",
    "NZ": """
OUTPUT2|15% GST on Income|15|RALQ
INPUT2|15% GST on Expenses|15|EALQ
OUTPUT|GST on Income|12.5|RALQ
INPUT|GST on Expenses|12.5|REALQ
ZERORATED|Zero Rated|0|RL
GSTONIMPORTS|GST on Imports|0|ALQ
NONE|No GST|0|REALQ
""",
    "US": """
TAX001|Sales Tax|8.25|REALQ
OUTPUT|Tax on Sales|0|REALQ
INPUT|Tax on Purchases|0|REALQ
AVALARA|Auto Look Up (DO NOT USE)|0|REALQ
GSTONIMPORTS|Sales Tax on Imports|0|L
NONE|Tax Exempt|0|REALQ
""",
    "SG": """
OUTPUTY24|Standard-Rated Supplies|9|RALQ
INPUTY24|Standard-Rated Purchases|9|EALQ
OUTPUTY23|2023 Standard-Rated Supplies|8|RALQ
INPUTY23|2023 Standard-Rated Purchases|8|EALQ
OUTPUT|2022 Standard-Rated Supplies|7|RALQ
INPUT|2022 Standard-Rated Purchases|7|EALQ
DSOUTPUTY24|Deemed Supplies|9|RALQ
TXPETINPUTY24|Partially Exempt Traders Standard-Rated Purchases|9|EALQ
TXN33INPUTY24|Partially Exempt Traders Non-Regulation 33 Exempt|9|EALQ
TXREINPUTY24|Partially Exempt Traders Residual Input tax|9|EALQ
ZERORATEDOUTPUT|Zero-Rated Supplies|0|RALQ
ZERORATEDINPUT|Zero-Rated Purchases|0|EALQ
ES33OUTPUT|Regulation 33 Exempt Supplies|0|REALQ
ESN33OUTPUT|Non-Regulation 33 Exempt Supplies|0|REALQ
EPINPUT|Exempt Purchases|0|EALQ
OSOUTPUT2|Out Of Scope Supplies|0|RLQ
OPINPUT|Out Of Scope Purchases|0|EALQ
NRINPUT|Purchases from Non-GST Registered Suppliers|0|EALQ
MEINPUT|Imports under a Special Scheme|0|EALQ
NONE|No Tax|0|REALQ
""",
    "ZA": """
OUTPUT3|Standard Rate Sales|15|RLQ
INPUT3|Standard Rate Purchases|15|EAQ
SROUTPUT2|Standard Rate Sales - Capital Goods|15|RLQ
CAPEXINPUT2|Standard Rate Purchases - Capital Goods|15|EAQ
OUTPUT4|Change in use and Export of Second-hand Goods|15|RLQ
INPUT4|Change in Use|15|EAQ
OUTPUT|Old 14% Standard Rate Sales|14|RLQ
INPUT|Old 14% Standard Rate Purchases|14|EAQ
ZERORATED|Zero rate (Excluding Goods Exported)|0|RLQ
ZERORATEDOUTPUT|Zero Rate (only Exported Goods)|0|RLQ
EXEMPTOUTPUT|Exempt and Non-Supplies|0|RLQ
NONE|No VAT|0|REALQ
""",
    # Ireland is one of the countries without an edition of their own: an organisation has the four
    # global rates, and those of the country as somebody has entered them.
    "IE": """
OUTPUT|Tax on Consulting|0|REALQ
INPUT|Tax on Purchases|0|REALQ
GSTONIMPORTS|Sales Tax on Imports|0|L
NONE|Tax Exempt|0|REALQ
TAX001|VAT 23%|23|REALQ
TAX002|VAT 13.5%|13.5|REALQ
TAX003|VAT 9%|9|REALQ
TAX004|Zero Rated|0|REALQ
TAX005|VAT Exempt|0|REALQ
""",
}
COUNTRIES = tuple(TAX_RATES)
#: The standard rates of sales and purchases.
STANDARD = {"GB": ("OUTPUT2", "INPUT2"), "AU": ("OUTPUT", "INPUT"), "NZ": ("OUTPUT2", "INPUT2"),
            "US": ("OUTPUT", "INPUT"), "SG": ("OUTPUTY24", "INPUTY24"), "ZA": ("OUTPUT3", "INPUT3"),
            "IE": ("TAX001", "TAX001")}
#: What is outside of the country's tax, where that is not NONE.
NO_TAX = {"AU": "BASEXCLUDED"}
#: Xero's editions; the other countries have the global one.
VERSIONS = {"GB": "UK", "AU": "AU", "NZ": "NZ", "US": "US"}
TIMEZONES = {
    "GB": "GMTSTANDARDTIME", "AU": "AUSEASTERNSTANDARDTIME", "NZ": "NEWZEALANDSTANDARDTIME",
    "US": "EASTERNSTANDARDTIME", "SG": "SINGAPORESTANDARDTIME",
    "ZA": "SOUTHAFRICASTANDARDTIME", "IE": "GMTSTANDARDTIME"}
