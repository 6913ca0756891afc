package journeys_test

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/edge/browsertest"
	"github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/operator"
	"github.com/jawort/jawort/store/db"
)

const (
	broker, brokersNumber = "100100", "+4915228817386"
	customers             = 200
	withoutNumber         = 12 // the last ones
	withoutEmail          = 5  // the first ones
)

// customersList is the list with which the platform brings the broker's customers.
func customersList(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("account;label;group;manager;phone;email;sms\n")
	for i := 1; i <= customers; i++ {
		number, email := numberOf(i), fmt.Sprintf("kunde%d@post.example", i)
		if i > customers-withoutNumber {
			number = ""
		}
		if i <= withoutEmail {
			email = ""
		}
		fmt.Fprintf(&b, "%d;Depot %d;customers;%s;%s;%s;on\n", 300000+i, i, broker, number, email)
	}
	file := filepath.Join(t.TempDir(), "customers.csv")
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func numberOf(customer int) string { return fmt.Sprintf("+4917139%05d", 20000+customer) }

func accountOf(customer int) string { return strconv.Itoa(300000 + customer) }

// The first quarter of a broker on the platform, from the import of the customers to the bill.
func TestABrokersFirstQuarter(t *testing.T) {
	o := organise(t, "2027-04-02 09:00")
	o.example("broker-platform.yaml", "https://portal.muster-makler.example")
	olga := o.operator("Olga", operator.Administrator, desk)
	tenant := "/console/tenants/" + o.tenant.ID

	// The platform gives its portal a key, and imports the customers.
	olga.open(tenant+"/applications", "Applications")
	olga.follow("Web Portal")
	o.Client = o.by(olga.newKey())
	olga.imports(tenant, customersList(t), customers)

	// The broker sets up the first phone, and a colleague's: one login with two holders.
	b := o.customer(broker)
	ada := b.firstPhone("Ada", func() string { return o.texted(brokersNumber) })
	b.in()
	b.portal("devices", "Phones")
	b.Click(`a[href="/portal/add"]`)
	b.Click("main button.primary")
	ada.confirms(b.Tab)
	bert := b.secondPhone("Bert")
	b.WantText("main", "Bert's phone")

	// Who has no number? One of them is told on the phone, and corrected.
	b.portal("customers", "Customers and employees")
	b.Go(o.config.Server.PublicURL + "/portal/customers?number=without")
	b.WantText("main", "no phone number")
	if n := browsertest.Eval[int](b.Tab, `document.querySelectorAll(".lines li").length`); n != withoutNumber {
		t.Errorf("%d have no number, want %d", n, withoutNumber)
	}
	b.Click(".lines a")
	b.WantText("h1", "Customer")
	b.Click(`a[href$="/phone"]`)
	b.Type("#phone", "0171 3999999")
	b.Click("main button.primary")
	ada.confirms(b.Tab)
	b.WantText(".note.good", "The phone number is changed.")
	bert.Heading("Already answered") // all are asked what one of them confirms
	bert.Click(".close")

	// All are invited who can be written to.
	b.portal("rollout", "Roll-out")
	b.Click(`a[href="/portal/rollout/invite"]`)
	b.Click("main form button.primary")
	b.WantText(".note.good", strconv.Itoa(customers-withoutEmail))
	invited := map[string]bool{}
	for len(invited) < customers-withoutEmail {
		to, text := o.letters.Letter()
		if strings.Contains(text, "Ab dem 1. Januar 2027") {
			invited[to] = true
		}
	}

	// First logins by three methods: the app, a code by SMS, and a code that support hands out.
	byApp, bySMS, byCode := o.customer(accountOf(6)), o.customer(accountOf(7)), o.customer(accountOf(8))
	byApp.firstPhone("Karla", func() string { return o.texted(numberOf(6)) })
	byApp.in()
	bySMS.begin()
	bySMS.choose("sms")
	bySMS.send(o.texted(numberOf(7)))
	bySMS.in()
	code := olga.bypass(tenant, accountOf(8))
	byCode.begin()
	byCode.send(code)
	byCode.in()

	// The shared login: both holders are asked, and the other one confirms.
	o.pass(25 * time.Hour)
	b.begin()
	ada.Wait("[data-digit]")
	bert.confirms(b.Tab)
	b.in()
	ada.Heading("Already answered")
	ada.Click(".close")

	// An interval for all customers: nobody is asked for a week in the browser that they confirmed.
	b.portal("customers", "Customers and employees")
	b.Go(o.config.Server.PublicURL + "/portal/customers/many?group=customers")
	b.Click(`input[name="days"][value="7"]`)
	b.Click("main form button.primary")
	b.WantText("h1", "What changes")
	b.Click("main form button.primary")
	bert.confirms(b.Tab)
	b.WantText(".note.good", strconv.Itoa(customers))
	bySMS.begin()
	bySMS.choose("sms")
	bySMS.send(o.texted(numberOf(7)))
	bySMS.in()
	o.pass(6 * 24 * time.Hour)
	bySMS.begin() // and is asked nothing
	bySMS.in()

	// The lost phone: support resets the customer, who begins anew.
	olga.reset(tenant, accountOf(6))
	if left, err := o.Devices(t.Context(), accountOf(6)); err != nil || len(left) != 0 {
		t.Errorf("%d phones are left, %v", len(left), err)
	}
	byApp.begin()
	byApp.Wait(`[data-method="push"]`) // as at a first login
	byApp.choose("sms")
	byApp.send(o.texted(numberOf(6)))
	byApp.in()

	// The bill: what the CSV says is what the ledger says, to the cent.
	b.portal("costs", "SMS costs")
	o.billed(browsertest.Eval[string](b.Tab, `fetch(document.querySelector("a[download]").href).then((r) => r.text())`))
}

// billed wants a bill in the form of CSV to be what the ledger holds of the broker.
func (o *organised) billed(bill string) {
	o.Helper()
	records, err := csv.NewReader(strings.NewReader(bill)).ReadAll()
	o.must(err)
	messages, amount := 0, ledger.Amount(0)
	for _, record := range records[1:] {
		row := map[string]string{}
		for i, name := range records[0] {
			row[name] = record[i]
		}
		n, err := strconv.Atoi(row["messages"])
		o.must(err)
		a, err := ledger.ParseAmount(row["amount"])
		o.must(err)
		messages, amount = messages+n, amount+a
	}
	type sum struct {
		messages int
		amount   ledger.Amount
	}
	kept, err := db.One(o.Context(), o.process.Lasting().Reads(), func(r db.Row) (s sum, err error) { return s, r.Scan(&s.messages, &s.amount) },
		`SELECT COUNT(*), CAST(SUM(e.price) AS BIGINT) FROM ledger_entries e JOIN accounts a ON a.id = e.payer
		WHERE a.external_id = $1 AND e.quarter = '2027-Q2' AND e.state = 'settled'`, broker)
	o.must(err)
	if billed := (sum{messages, amount}); billed != kept || messages == 0 {
		o.Errorf("the bill says %+v, the ledger %+v:\n%s", billed, kept, bill)
	}
}
