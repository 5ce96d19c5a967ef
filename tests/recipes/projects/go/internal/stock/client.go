// Package stock talks to the stock service; its contract is in docs/stock.md.
package stock

import (
	"context"
	"errors"
	"net/http"
)

// ErrOutOfStock says that the service has less than was asked for.
var ErrOutOfStock = errors.New("out of stock")

// ErrUnavailable says that the service gave no usable answer; nothing is known of the reservation.
var ErrUnavailable = errors.New("stock service unavailable")

// Client calls the stock service.
type Client struct {
	base string
	http *http.Client
}

// NewClient gives a client for the service at a base URL.
func NewClient(base string, client *http.Client) *Client {
	return &Client{base: base, http: client}
}

// Reserve puts items aside for a checkout.
func (c *Client) Reserve(ctx context.Context, checkout, sku string, count int) error {
	return errors.New("not implemented")
}
